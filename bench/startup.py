"""From the start of the process to the answer of `tools/list`, over stdio, beside the bare SDK: its hello-world server,
and one that lists as many plain tools as ours.

All speak protocol 2025-11-25 by hand, runs alternate, and the ratios of medians are the claims: at most 1.3 and 1.15.
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
TOOLS = 34
LIMITS = {"hello-world (mcp SDK)": 1.3, f"{TOOLS} plain tools (mcp SDK)": 1.15}
BIN = Path(sys.executable).parent
HELLO = [sys.executable, str(Path(__file__).with_name("hello_server.py"))]
PLAIN = [*HELLO, str(TOOLS)]
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
        commands = (HELLO, PLAIN, OURS)
        for command in commands:  # once unmeasured: byte code and page cache
            listed(command, environment)
        runs = [[listed(command, environment) for command in commands] for _ in range(RUNS)]
    *bare, ours = (statistics.median(each) for each in zip(*runs, strict=True))
    print(f"startup to tools/list, medians of {RUNS}")
    print(f"  {'incident-mcp serve':28}{ours:6.3f} s")
    for (name, limit), seconds in zip(LIMITS.items(), bare, strict=True):
        print(f"  {name:28}{seconds:6.3f} s   {ours / seconds:.2f} x   (claim: at most {limit})")


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
