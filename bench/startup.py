"""From the start of the process to the answer of `tools/list`, over stdio, beside the bare SDK's hello-world server.

Both speak protocol 2025-11-25 by hand, runs alternate, and the ratio of the medians is the claim: at most 1.3.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 11
LIMIT = 1.3
BIN = Path(sys.executable).parent
HELLO = [sys.executable, str(Path(__file__).with_name("hello_server.py"))]
OURS = [str(BIN / "incident-mcp"), "serve", "--allow-writes"]

KUBECONFIG = """
{apiVersion: v1, kind: Config, current-context: bench,
 clusters: [{name: bench, cluster: {server: "https://127.0.0.1:9"}}],
 users: [{name: bench, user: {token: x}}], contexts: [{name: bench, context: {cluster: bench, user: bench}}]}
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kubeconfig = Path(folder) / "kubeconfig"
        kubeconfig.write_text(KUBECONFIG)
        environment = os.environ | {"KUBECONFIG": str(kubeconfig), "INCIDENT_HOME": folder}
        for command in (OURS, HELLO):  # once unmeasured: byte code and page cache
            listed(command, environment)
        pairs = [(listed(HELLO, environment), listed(OURS, environment)) for _ in range(RUNS)]
    hello, ours = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"startup to tools/list, medians of {RUNS}")
    print(f"  hello-world (mcp SDK)  {hello:6.3f} s")
    print(f"  incident-mcp serve     {ours:6.3f} s   {ours / hello:.2f} x   (claim: at most {LIMIT})")


def listed(command: list[str], environment: dict[str, str]) -> float:
    """Seconds from start to the answer of tools/list."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stdin
        assert server.stdout
        about = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"}}
        server.stdin.write(request(1, "initialize", about))
        server.stdin.flush()
        server.stdout.readline()
        server.stdin.write(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}) + "\n")
        server.stdin.write(request(2, "tools/list", {}))
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
        took = time.perf_counter() - started
        assert answer["result"]["tools"]
        server.stdin.close()
        server.wait(10)
    return took


def request(number: int, method: str, params: object) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}) + "\n"


if __name__ == "__main__":
    main()
