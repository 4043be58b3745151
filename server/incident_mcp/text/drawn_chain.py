"""Causes drawn as a graph: what changed, the cause, its sign, and what breaks by it, from top to bottom, as SVG.

One column a cause; what two causes break is one box with two arrows. Colours come from the page's own classes.
"""

import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from incident_mcp.text.width import width
from incident_mcp.vocabulary.value import Value

BOX, GAP, DROP = 340, 28, 30
"""Pixels: how wide a box is, and what lies between two columns and two rows."""
LINE, HEAD, PAD = 17, 22, 12
COLUMNS = 40
"""Of text in a box."""
LINES = 4


class Link(Value):
    """One box. `name` is its entry's id; boxes of the same row and text are one."""

    kind: str
    """The class that colours it."""
    row: int
    head: str
    text: str
    name: str = ""


def drawn_chain(chains: Sequence[Sequence[Link]]) -> str:
    """The SVG element; empty without boxes."""
    boxes = _boxes(chains)
    if not boxes:
        return ""
    tops, height = _rows(boxes)
    wide = (max(box.column for box in boxes.values()) + 1) * (BOX + GAP) - GAP
    told = "; ".join(" leads to ".join(f"{each.head}: {each.text}" for each in chain) for chain in chains)
    edges = {(_key(one), _key(two)): None for chain in chains for one, two in pairwise(chain)}
    return "\n".join(
        (
            f'<svg class="chain" viewBox="0 0 {wide} {height}" width="{wide}" height="{height}" role="img" '
            f'aria-label="{escape(told)}">',
            *(_arrow(boxes[one], boxes[two], tops) for one, two in edges),
            *(line for box in boxes.values() for line in box.drawn(tops)),
            "</svg>",
        )
    )


class _Box:
    def __init__(self, link: Link, column: int) -> None:
        self.link = link
        self.column = column
        # Wide letters take two columns: so many fewer fit on a line.
        letters = max(int(COLUMNS * len(link.text) / max(width(link.text), 1)), 8)
        self.lines = textwrap.wrap(link.text, letters, max_lines=LINES, placeholder=" …")

    @property
    def left(self) -> int:
        return self.column * (BOX + GAP)

    @property
    def height(self) -> int:
        return HEAD + LINE * len(self.lines) + PAD

    def drawn(self, tops: dict[int, int]) -> Iterator[str]:
        x, y = self.left, tops[self.link.row]
        yield f'<g class="{escape(self.link.kind)}"><title>{escape(self.link.text)}</title>'
        yield f'<rect class="box" x="{x + 1}" y="{y}" width="{BOX - 2}" height="{self.height}" rx="8"/>'
        yield f'<rect class="edge" x="{x + 1}" y="{y}" width="5" height="{self.height}" rx="2.5"/>'
        yield f'<text class="head" x="{x + 18}" y="{y + 17}">{escape(self.link.head)}</text>'
        yield f'<text class="id" x="{x + BOX - 14}" y="{y + 17}" text-anchor="end">{escape(self.link.name)}</text>'
        for number, line in enumerate(self.lines, 1):
            yield f'<text class="words" x="{x + 18}" y="{y + HEAD - 2 + LINE * number}">{escape(line)}</text>'
        yield "</g>"


def _key(link: Link) -> tuple[int, str]:
    return link.row, link.text


def _boxes(chains: Sequence[Sequence[Link]]) -> dict[tuple[int, str], _Box]:
    found: dict[tuple[int, str], _Box] = {}
    for column, chain in enumerate(chains):
        for link in chain:
            found.setdefault(_key(link), _Box(link, column))
    return found


def _rows(boxes: dict[tuple[int, str], _Box]) -> tuple[dict[int, int], int]:
    """Where each row begins, and where the last one ends."""
    tops: dict[int, int] = {}
    y = 1
    for row in sorted({box.link.row for box in boxes.values()}):
        tops[row] = y
        y += max(box.height for box in boxes.values() if box.link.row == row) + DROP
    return tops, y - DROP + 1


def _arrow(one: _Box, two: _Box, tops: dict[int, int]) -> str:
    x1, y1 = one.left + BOX // 2, tops[one.link.row] + one.height
    x2, y2 = two.left + BOX // 2, tops[two.link.row] - 2
    middle = (y1 + y2) // 2
    line = f"M{x1} {y1} C{x1} {middle} {x2} {middle} {x2} {y2 - 6}"
    return f'<path class="arrow" d="{line}"/><path class="tip" d="M{x2 - 5} {y2 - 7} L{x2 + 5} {y2 - 7} L{x2} {y2} Z"/>'
