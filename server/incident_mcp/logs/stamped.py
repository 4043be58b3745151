"""Where each kind of line has its time: beside which of its marks, and in which form."""

from collections.abc import Sequence

import numpy as np

from incident_mcp.logs.clocks import NO_STYLE, Clocks, Stamp, Style, Times
from incident_mcp.logs.collapse import Collapsed
from incident_mcp.logs.ledger import Kinds

_NEAR = 2
"""A letter or a bracket may stand between a mark's start and its stamp: `E1124 02:11:40`."""


class Stamped:
    """One row a kind: the style (form, year and zone), the mark, and the stamp's distance from it."""

    def __init__(self) -> None:
        self._style = np.zeros(0, np.int64)
        self._mark = np.zeros(0, np.int64)
        self._distance = np.zeros(0, np.int64)
        self._styles: list[Style] = [NO_STYLE]

    def grow(self, kinds: int) -> None:
        """Make room for so many kinds."""
        if kinds > len(self._style):
            more = max(1024, kinds, 2 * len(self._style)) - len(self._style)
            self._style, self._mark, self._distance = (
                np.concatenate((column, np.zeros(more, np.int64)))
                for column in (self._style, self._mark, self._distance)
            )

    def watch(self, kind: int, stamp: Stamp | None, marks: Sequence[int]) -> None:
        """`marks` are the offsets of the marks in the kind's first line."""
        self.grow(kind + 1)
        number = None if stamp is None else _beside(stamp.offset, marks)
        if stamp is None or number is None:
            return
        style = (stamp.form, stamp.year, stamp.zone)
        if style not in self._styles:
            self._styles.append(style)
        self._style[kind] = self._styles.index(style)
        self._mark[kind], self._distance[kind] = number, stamp.offset - marks[number]

    def like(self, kind: int, other: int) -> None:
        """The kind has its time where the other one has it."""
        self.grow(kind + 1)
        for column in (self._style, self._mark, self._distance):
            column[kind] = column[other]

    def times(self, clocks: Clocks, seen: Collapsed, kinds: Kinds) -> Times:
        """Of each line; `NEVER` where it has none."""
        styles = self._style[kinds]
        at = seen.places(slice(None), self._mark[kinds])
        at += self._distance[kinds]
        return clocks.read(seen.raw, np.maximum(at, 0, out=at), styles, self._styles)


def _beside(offset: int, marks: Sequence[int]) -> int | None:
    """The mark that the stamp begins with, or the next one: a month's name has none of its own."""
    return next((number for number, mark in enumerate(marks) if mark >= offset - _NEAR), None)
