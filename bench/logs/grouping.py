"""How well lines are grouped: Grouping Accuracy and the F1 of groups, on sets whose templates are known.

GA counts the lines whose group of lines is exactly the truth's group; FGA is the F1 of exact groups. One configuration
for all sets, nothing said about any. `LOGHUB` names a folder with the Loghub-2k sets (`NAME.csv` and `NAME.log`), which
are free for research use and not part of this project; without it only our own sets are measured.
"""

import contextlib
import csv
import io
import os
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bench.logs.held_aside import held_aside
from incident_mcp.cli import logs

CLAIMS = "(claims: GA at least .95 and FGA at least .93 on contents, GA at least .80 on raw lines)"
OWN = ("held_aside_1", "held_aside_2")


def main() -> None:
    print(f"\ngrouping of lines, with `incident-mcp logs --assign`   {CLAIMS}")
    for name in OWN:
        lines, truth = held_aside(name)
        print(_row(f"{name}, raw", scores(truth, assigned(lines))))
    folder = os.environ.get("LOGHUB")
    if not folder:
        print("  LOGHUB is not set: the Loghub sets were not measured")
        return
    sums: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for table in sorted(Path(folder).glob("*.csv")):
        rows = list(csv.DictReader(table.open(encoding="utf-8", newline="")))
        truth = [row["EventTemplate"] for row in rows]
        raw = table.with_suffix(".log").read_text(errors="replace").split("\n")[: len(rows)]
        for what, given in (("content", [row["Content"] for row in rows]), ("raw", raw)):
            found = scores(truth, assigned(given))
            sums[what].append(found)
            print(_row(f"{table.stem}, {what}", found))
    for what, found in sums.items():
        print(_row(f"mean, {what}", tuple(sum(side) / len(found) for side in zip(*found, strict=True))))


def assigned(lines: Sequence[str]) -> list[str]:
    """The template number of each line, as the command writes it."""
    with tempfile.TemporaryDirectory() as folder:
        log, out = Path(folder) / "log", Path(folder) / "out"
        log.write_bytes("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
        with contextlib.redirect_stdout(io.StringIO()):
            logs.command([str(log)], assign=out, top=1)
        return out.read_text().split()


def scores(truth: Sequence[str], found: Sequence[str]) -> tuple[float, float]:
    """GA and FGA."""
    wanted, made = set(_groups(truth)), _groups(found)
    right = [group for group in made if group in wanted]
    precision, recall = len(right) / len(made), len(right) / len(wanted)
    both = precision + recall
    return sum(map(len, right)) / len(truth), 2 * precision * recall / both if both else 0.0


def _groups(labels: Sequence[str]) -> list[tuple[int, ...]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        groups[label].append(at)
    return [tuple(group) for group in groups.values()]


def _row(name: str, found: tuple[float, ...]) -> str:
    return f"  {name:<20} GA {found[0]:.3f}   FGA {found[1]:.3f}"
