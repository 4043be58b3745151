"""Which HTTP client carries our requests: httpcore2, through our own client, beside the kubernetes package's.

One run against the real control plane: the first answer of a fresh process (import and connection included), small
reads one after the other and 24 at once, and a large list. The choice rests on these figures: a server that is started
for each chat pays the first answer every time, and a look is some hundred small reads at once.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from incident_mcp.cluster.connection import ConnectOptions, connect
from tests.controlplane import build
from tests.controlplane.control_plane import ControlPlane

SMALL = "/api/v1/namespaces/default"
LARGE = "/api/v1/configmaps"
READS = 200
AT_ONCE = 24
RUNS = 5

Get = Callable[[str], Awaitable[bytes]]


def main() -> None:
    folder = build.cache_folder()
    if not build.is_built(folder):
        sys.exit("bench transport needs the control plane: make control-plane")
    with tempfile.TemporaryDirectory() as scratch:
        plane = ControlPlane.start(folder / "bin", Path(scratch), folder / "bin" / "kubectl")
        try:
            _fill(plane)
            both = {name: _measured(name, plane.kubeconfig) for name in ("httpcore2", "rest_client")}
        finally:
            plane.stop()
    print(f"transport, medians of {RUNS} (ms)        httpcore2   rest_client")
    for row in both["httpcore2"]:
        ours, theirs = both["httpcore2"][row], both["rest_client"][row]
        print(f"  {row:<36} {ours:8.1f}  {theirs:8.1f}   {ours / theirs:.2f} x")


def _fill(plane: ControlPlane) -> None:
    """Some 10 MB of ConfigMaps."""
    for number in range(40):
        plane.api.create(
            "/api/v1/namespaces/default/configmaps",
            {"metadata": {"name": f"bench-{number}"}, "data": {"text": "x" * 250_000}},
        )


def _measured(name: str, kubeconfig: Path) -> dict[str, float]:
    """All rows, each by fresh processes, so that neither client warms the other's imports."""
    runs = [
        json.loads(subprocess.check_output([sys.executable, "-m", "bench.transport", name, str(kubeconfig)]))
        for _ in range(RUNS)
    ]
    return {row: statistics.median(run[row] for run in runs) for row in runs[0]}


async def child(name: str, kubeconfig: str) -> dict[str, float]:
    began = time.perf_counter()
    get, close = await (_ours(kubeconfig) if name == "httpcore2" else _theirs(kubeconfig))
    await get(SMALL)
    rows = {"first answer, imports included": _ms(began)}
    began = time.perf_counter()
    for _ in range(READS):
        await get(SMALL)
    rows["a small read, one after the other"] = _ms(began) / READS
    began = time.perf_counter()
    gate = asyncio.Semaphore(AT_ONCE)

    async def guarded() -> None:
        async with gate:
            await get(SMALL)

    await asyncio.gather(*(guarded() for _ in range(READS)))
    rows[f"a small read, {AT_ONCE} at once"] = _ms(began) / READS
    began = time.perf_counter()
    await get(LARGE)
    rows["a list of 10 MB"] = _ms(began)
    await close()
    return rows


async def _ours(kubeconfig: str) -> tuple[Get, Callable[[], Awaitable[None]]]:
    api = await connect(ConnectOptions(kubeconfig=kubeconfig), environment={})
    return api.get, api.aclose


async def _theirs(kubeconfig: str) -> tuple[Get, Callable[[], Awaitable[None]]]:
    from kubernetes.aio import client, config  # pyright: ignore[reportMissingTypeStubs]

    settings = client.Configuration()
    await config.load_kube_config(kubeconfig, client_configuration=settings)
    api: Any = client.ApiClient(settings)

    async def get(path: str) -> bytes:
        wanted = {"Accept": "application/json"}
        answer: Any = await api.rest_client.request("GET", f"{settings.host}{path}", headers=wanted)
        body: bytes = await answer.read()
        return body

    return get, api.close


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(asyncio.run(child(sys.argv[1], sys.argv[2]))))
    else:
        main()
