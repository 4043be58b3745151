"""Who is not well, and why, in a cluster of 10,000 and of 60,000 pods, beside kubectl and kubernetes-mcp-server.

All sides ask the same real API server, filled the same way (`bench/crowd`), in turns: each round measures each side
once, and the medians are compared. What is measured:

- `kubectl get pods -A | grep -v Running`: the processes from their start to their end, kubectl's discovery cached;
- kubernetes-mcp-server: a call of its tool `pods_list` in a running server, over stdio, until the whole answer is here;
- ours, who is not well: a call of `check_health` with `quick` in a running server, and `incident-mcp health --quick`
  as a process. Both tell pods, workloads and nodes that are not well, and the newest events; `incident-mcp status`, for
  the prompt of `/incident`, takes the same look and never waits longer than two seconds;
- ours, why: a call of `check_health` in a running server, all kinds, findings and record included, and
  `incident-mcp health` as a process.

The claims are made by the tool calls: who is not well against both peers, and why against kubectl's one command.
kubernetes-mcp-server is an npm package, and is left out where it is not installed. `python -m bench.sweep 10000`
measures one size only.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench.crowd.crowd import Size, fill
from bench.crowd.kubelet import kubelet
from bench.stdio import Session, session
from incident_mcp.text.budget import tokens
from tests.controlplane import build
from tests.controlplane.control_plane import ControlPlane

ROUNDS = 5
PACKAGE = "kubernetes-mcp-server"
FOLDER = Path.home() / ".cache" / "incident-mcp" / "bench"
INSTALL = f"npm install --prefix {FOLDER} {PACKAGE}"
OURS = [sys.executable, "-m", "incident_mcp.cli"]
ANSWER = 2000
"""Tokens of an answer, at most."""
TIMES_OWN = 7
"""How much longer the larger cluster may take."""
KUBECTL, PODS_LIST, QUICK, GLANCE, WHOLE, HEALTH = (
    "kubectl get pods -A | grep -v Running",
    f"{PACKAGE} pods_list, call",
    "check_health quick, call",
    "incident-mcp health --quick, process",
    "check_health, call",
    "incident-mcp health, process",
)


@dataclass(frozen=True)
class Claim:
    """How many times faster `quick` is than both peers and the whole than kubectl, and megabytes at most."""

    size: Size
    quick: int
    whole: int
    memory: int


CLAIMS = (Claim(Size(10_000, 200), 15, 8, 200), Claim(Size(60_000, 1_200), 25, 15, 400))


@dataclass
class Measured:
    """Seconds of each round, the most memory that a process took, and the size of the answers."""

    seconds: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    megabytes: dict[str, float] = field(default_factory=dict[str, float])
    tokens: dict[str, int] = field(default_factory=dict[str, int])

    def took(self, side: str, seconds: float, megabytes: float | None = None) -> None:
        self.seconds.setdefault(side, []).append(seconds)
        if megabytes is not None:
            self.megabytes[side] = max(megabytes, self.megabytes.get(side, 0))

    def median(self, side: str) -> float:
        return statistics.median(self.seconds[side])


def main() -> None:
    folder = build.cache_folder()
    if not build.is_built(folder):
        sys.exit("bench sweep needs the control plane: make control-plane")
    wanted = {int(size) for size in sys.argv[1:] if size.isdecimal()}
    whole: list[float] = []
    print(f"sweep, medians of {ROUNDS}; {os.cpu_count()} cores, the API server on the same machine")
    for claim in CLAIMS:
        if not wanted or claim.size.pods in wanted:
            found = _of_size(folder, claim.size)
            _print(claim, found)
            whole.append(found.median(WHOLE))
    if len(whole) == len(CLAIMS):
        print(f"check_health, the larger cluster beside the smaller: {whole[1] / whole[0]:.1f} x (claim: {TIMES_OWN})")


def _of_size(folder: Path, size: Size) -> Measured:
    with tempfile.TemporaryDirectory() as scratch:
        programs = Path(scratch) / "bin"  # without controllers: the crowd must not move
        programs.mkdir()
        for name in ("etcd", "kube-apiserver"):
            (programs / name).symlink_to(folder / "bin" / name)
        plane = ControlPlane.start(programs, Path(scratch) / "plane", folder / "bin" / "kubectl")
        try:
            with kubelet(plane.folder) as port:
                fill(plane, size, port)
                return _rounds(plane, size, Path(scratch))
        finally:
            plane.stop()


def _rounds(plane: ControlPlane, size: Size, scratch: Path) -> Measured:
    found = Measured()
    environment = os.environ | {"KUBECONFIG": str(plane.kubeconfig), "INCIDENT_HOME": str(scratch / "home")}
    plane.kubectl("api-resources")  # its discovery, once
    command = peer()
    with session([*OURS, "serve"], environment) as ours:
        sides: list[Callable[[], None]] = [
            lambda: _kubectl(plane, found),
            lambda: _call(ours, QUICK, {"quick": True}, found, size),
            lambda: _call(ours, WHOLE, {}, found, size),
            lambda: _process(GLANCE, ["health", "--quick"], environment, found, size),
            lambda: _process(HEALTH, ["health"], environment, found, size),
        ]
        ours.call("check_health", {"quick": True})  # once unmeasured: imports, connections
        if command is None:
            _measure(sides)
            return found
        with session([str(command)], environment) as theirs:
            _measure([*sides, lambda: found.took(PODS_LIST, theirs.call("pods_list", {})[0])])
    return found


def _measure(sides: list[Callable[[], None]]) -> None:
    for number in range(ROUNDS):
        for side in sides:
            side()
        print(f"  round {number + 1} of {ROUNDS}", file=sys.stderr)


def _kubectl(plane: ControlPlane, found: Measured) -> None:
    get = [str(plane.kubectl_path), f"--cache-dir={plane.folder / 'kubectl-cache'}", "get", "pods", "-A"]
    environment = os.environ | {"KUBECONFIG": str(plane.kubeconfig)}
    began = time.perf_counter()
    with subprocess.Popen(get, stdout=subprocess.PIPE, env=environment) as listing:
        subprocess.run(["grep", "-v", "Running"], stdin=listing.stdout, stdout=subprocess.DEVNULL, check=True)
        megabytes = _ended(listing)
    found.took(KUBECTL, time.perf_counter() - began, megabytes)


def _call(ours: Session, side: str, arguments: dict[str, object], found: Measured, size: Size) -> None:
    seconds, result = ours.call("check_health", arguments)
    answer = result["structuredContent"]
    said = " ".join(answer["summary"])
    assert answer["healthy"] is False, said
    expected = f"{size.broken} of {size.pods} pods not well" if side == QUICK else f"{size.pods} pods"
    assert expected in said, f"{expected!r} is not in {said!r}"
    found.took(side, seconds, _peak_of(ours.pid))
    found.tokens[side] = max(tokens(answer), found.tokens.get(side, 0))


def _process(side: str, arguments: list[str], environment: dict[str, str], found: Measured, size: Size) -> None:
    began = time.perf_counter()
    with subprocess.Popen([*OURS, *arguments], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        said = process.stdout.read().decode()
        megabytes = _ended(process)
    found.took(side, time.perf_counter() - began, megabytes)
    assert f"{size.pods} pods" in said, said[:500]


def _ended(process: subprocess.Popen[bytes]) -> float:
    """Wait for its end; the most memory that it took, in megabytes."""
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    return usage.ru_maxrss / 1024


def _peak_of(pid: int) -> float | None:
    """In megabytes; None where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else None


def peer() -> Path | None:
    beside = FOLDER / "node_modules" / ".bin" / PACKAGE
    found = beside if beside.exists() else shutil.which(PACKAGE)
    if found is None:
        print(f"  {PACKAGE} is left out; install it by: {INSTALL}", file=sys.stderr)
        return None
    return Path(found)


def _print(claim: Claim, found: Measured) -> None:
    size = claim.size
    print(
        f"\n{size.pods:,} pods, {size.broken:,} of them not well           seconds   by kubectl   by pods_list   memory"
    )
    for side in (KUBECTL, PODS_LIST, QUICK, GLANCE, WHOLE, HEALTH):
        if side in found.seconds:
            print(f"  {side:<42} {found.median(side):7.2f}   {_against(side, found)}   {_memory(side, found)}")
    quick, whole = found.median(QUICK), found.median(WHOLE)
    both = min(found.median(peer) for peer in (KUBECTL, PODS_LIST) if peer in found.seconds)
    print(
        f"  who is not well: {both / quick:.0f} x faster than either (claim: {claim.quick}), "
        f"and why: {found.median(KUBECTL) / whole:.1f} x faster than kubectl (claim: {claim.whole}),\n"
        f"  memory at most {found.megabytes.get(WHOLE, 0):.0f} MB (claim: {claim.memory}), "
        f"answers at most {max(found.tokens.values())} tokens (claim: {ANSWER})"
    )


def _against(side: str, found: Measured) -> str:
    if side in (KUBECTL, PODS_LIST):
        return " " * 25
    ratios = [
        f"{found.median(peer) / found.median(side):8.1f} x" for peer in (KUBECTL, PODS_LIST) if peer in found.seconds
    ]
    return "     ".join(ratios).ljust(25)


def _memory(side: str, found: Measured) -> str:
    return f"{found.megabytes[side]:6.0f} MB" if side in found.megabytes else ""


if __name__ == "__main__":
    main()
