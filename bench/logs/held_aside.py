"""Sets of our own: 2,000 lines of the forms in a file beside this one, in a seeded order, with their labels."""

import random
from pathlib import Path

from bench.logs.lines import Writer

LINES = 2000


def held_aside(name: str, seed: int = 11) -> tuple[list[str], list[str]]:
    """Lines of `NAME.txt`, and the label of each; an event of several lines is never cut."""
    forms = [
        line.rstrip("\n").split("\t", 2)
        for line in Path(__file__).with_name(f"{name}.txt").open()
        if line.strip() and not line.startswith("#")
    ]
    draw = random.Random(seed)  # noqa: S311  (bench data)
    write = Writer(draw)
    lines: list[str] = []
    labels: list[str] = []
    while len(lines) < LINES:
        ((label, _, text),) = draw.choices(forms, weights=[int(weight) for _, weight, _ in forms])
        event = write(text).split("⏎")
        lines += event
        labels += [label] * len(event)
    return lines, labels
