"""The held-aside set: 2,000 lines of the forms in `held_aside.txt`, in a seeded order, with the labels beside them."""

import random
from pathlib import Path

from bench.logs.lines import Writer

LINES = 2000


def held_aside(seed: int = 11) -> tuple[list[str], list[str]]:
    """Lines, and the label of each."""
    forms = [
        line.rstrip("\n").split("\t")
        for line in Path(__file__).with_suffix(".txt").open()
        if line.strip() and not line.startswith("#")
    ]
    draw = random.Random(seed)  # noqa: S311  (bench data)
    write = Writer(draw)
    chosen = draw.choices(forms, weights=[int(weight) for _, weight, _ in forms], k=LINES)
    return [write(text) for _, _, text in chosen], [label for label, _, _ in chosen]
