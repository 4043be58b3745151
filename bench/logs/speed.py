"""`incident-mcp logs FILE` beside drain3 and what people type today, on one processor core, in one run.

Every contender is a process of its own (a pipe: several), start and end included, on the same core; runs take turns and
medians count. Seconds are those of the processor: on one idle core that is the time on the wall, and on a machine that
others use too it is the figure that still means something. drain3 gets the masks of its own example configuration, and
what Kubernetes needs beyond them: UUIDs, times, long hex. Its rate is taken from the first 100,000 lines and scaled: it
would take minutes. The pipes run with LC_ALL=C, where they are fastest. `LOG_LINES` changes the number of lines:
1,000,000, or 5,000,000 as the claims say; `LOG_RUNS` the number of runs.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from bench.logs.lines import lines

LINES = int(os.environ.get("LOG_LINES", "1000000"))
RUNS = int(os.environ.get("LOG_RUNS", "3"))
FOR_DRAIN = 100_000
MASKS = (
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?", "TIME"),
    (r"[0-9a-f]{16,}", "HEX"),
    # From here on: the masks of drain3's own example configuration.
    (r"([0-9a-f]{2,}:){3,}([0-9a-f]{2,})", "ID"),
    (r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}", "IP"),
    (r"([0-9a-f]{6,} ?){3,}", "SEQ"),
    (r"([0-9A-F]{4} ?){4,}", "SEQ"),
    (r"0x[a-f0-9A-F]+", "HEX"),
    (r"[\-\+]?\d+", "NUM"),
)
CLAIMS = {
    1_000_000: {"mix": (18, 0), "cluster": (40, 0)},
    5_000_000: {"mix": (35, 2), "cluster": (55, 4)},
}
"""Of so many lines: times drain3's rate, times the rate of `sed | sort | uniq -c`."""
MEMORY = 300
"""MB at most."""


def main() -> None:
    cpu = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cpu})
    print(f"\nspeed: {LINES:,} lines, medians of {RUNS}, all on processor {cpu}")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("mix", "cluster"):
            log = Path(folder) / f"{kind}.log"
            with log.open("w") as file:
                file.writelines(f"{line}\n" for line in lines(kind, LINES))
            measure(kind, log)
            log.unlink()


def measure(kind: str, log: Path) -> None:
    """One table."""
    contenders = {
        "incident-mcp logs": [sys.executable, "-m", "incident_mcp.cli.__main__", "logs", str(log)],
        "sed | sort | uniq -c": _pipe(f"sed 's/[0-9][0-9]*/N/g' {log} | sort | uniq -c"),
        "grep | sort | uniq -c": _pipe(f"grep -i error {log} | sort | uniq -c"),
    }
    taken: dict[str, list[float]] = {name: [] for name in (*contenders, "drain3")}
    for _ in range(RUNS):
        for name, command in contenders.items():
            taken[name].append(_seconds(command))
        taken["drain3"].append(_drain3(log) * LINES / FOR_DRAIN)
    medians = {name: statistics.median(each) for name, each in taken.items()}
    ours = medians["incident-mcp logs"]
    print(f"  {kind}, {log.stat().st_size / 1e6:.0f} MB")
    for name, seconds in medians.items():
        note = (
            f"   x {seconds / ours:6.1f}" if name != "incident-mcp logs" else f"   {_peak(contenders[name])} MB at most"
        )
        print(f"    {name:<22} {seconds:8.2f} s  {LINES / seconds:>11,.0f} lines/s{note}")
    drain, sed = CLAIMS.get(LINES, {}).get(kind, (0, 0))
    if drain:
        print(f"    (claims: at least {drain} x drain3{f', {sed} x sed' if sed else ''}, under {MEMORY} MB)")


def _pipe(command: str) -> list[str]:
    return ["env", "LC_ALL=C", "bash", "-c", command]


def _seconds(command: list[str]) -> float:
    start = _children()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return _children() - start


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _peak(command: list[str]) -> int:
    """MB of resident memory, by a child that has this one command as its only child."""
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)"
    return int(subprocess.run([sys.executable, "-c", code, *command], capture_output=True, check=True).stdout)


def _drain3(log: Path) -> float:
    """Seconds for the first lines, once loaded."""
    from drain3 import TemplateMiner  # pyright: ignore[reportMissingImports]
    from drain3.masking import MaskingInstruction  # pyright: ignore[reportMissingImports]
    from drain3.template_miner_config import TemplateMinerConfig  # pyright: ignore[reportMissingImports]

    config = TemplateMinerConfig()
    config.profiling_enabled = False
    config.masking_instructions = [
        MaskingInstruction(f"((?<=[^A-Za-z0-9])|^)({mask})((?=[^A-Za-z0-9])|$)", name) for mask, name in MASKS
    ]
    miner = TemplateMiner(config=config)
    with log.open() as file:
        first = [line.rstrip("\n") for line in islice(file, FOR_DRAIN)]
    start = time.process_time()
    for line in first:
        miner.add_log_message(line)
    return (time.process_time() - start) * FOR_DRAIN / len(first)
