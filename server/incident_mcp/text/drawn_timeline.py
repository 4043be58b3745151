"""An incident drawn: signals, changes, decisions and actions on one axis of time, as SVG that needs nothing else.

Colours come from the page's own CSS variables, so that print and dark mode read as well. Every mark has its full text
as a title; a label is drawn where there is room for it.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from incident_mcp.text.width import cut
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.value import Value

WIDTH, LEFT, RIGHT = 960, 110, 20
LANE, TOP = 46, 14
COLUMN = 6.1
"""Pixels of one column of the label's font, a little too many."""
SHORTEST = 12
"""Columns that a label needs to say anything."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
"""Seconds between two ticks."""
TICKS = 8


class Mark(Value):
    """Something on the axis. `name` is its entry's id."""

    lane: str
    at: datetime
    label: str
    name: str


def drawn_timeline(lanes: Sequence[str], marks: Sequence[Mark]) -> str:
    """The SVG element; empty without marks. Marks of one lane are drawn in the order of time."""
    if not marks:
        return ""
    axis = _Axis(min(mark.at for mark in marks), max(mark.at for mark in marks))
    height = TOP + LANE * len(lanes) + 30
    parts = [
        f'<svg class="timeline" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Timeline of the incident">',
        *axis.ticks(TOP + LANE * len(lanes)),
    ]
    for number, lane in enumerate(lanes):
        middle = TOP + LANE * number + LANE // 2
        parts.append(f'<text class="lane" x="0" y="{middle + 4}">{escape(lane)}</text>')
        parts.append(f'<line class="rail" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{middle}" y2="{middle}"/>')
        ordered = sorted((mark for mark in marks if mark.lane == lane), key=lambda mark: mark.at)
        parts.extend(_lane(ordered, axis, middle, number))
    return "\n".join((*parts, "</svg>"))


class _Axis:
    def __init__(self, first: datetime, last: datetime) -> None:
        self.first = first
        self.span = max((last - first).total_seconds(), 1.0)

    def x(self, at: datetime) -> float:
        share = (at - self.first).total_seconds() / self.span
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self, bottom: int) -> Iterator[str]:
        step = next((step for step in STEPS if self.span / step <= TICKS), math.ceil(self.span / TICKS))
        start = self.first.timestamp()
        seconds = math.ceil(start / step) * step - start
        while seconds <= self.span:
            at = self.first + timedelta(seconds=seconds)
            x = self.x(at)
            yield f'<line class="tick" x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}"/>'
            yield f'<text class="time" x="{x}" y="{bottom + 18}">{clock(at)}</text>'
            seconds += step


def _lane(marks: Sequence[Mark], axis: _Axis, middle: int, number: int) -> Iterator[str]:
    used = float(LEFT) - 5
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        x = axis.x(mark.at)
        title = escape(f"{clock(mark.at)} {mark.label} [{mark.name}]")
        yield f'<circle class="mark lane-{number}" cx="{x}" cy="{middle}" r="5"><title>{title}</title></circle>'
        right = (axis.x(following.at) if following else WIDTH - RIGHT) - x
        left = x - used
        if right >= left or following is not None:
            yield from _label(mark.label, x - 4, middle - 9, right, "start")
        else:  # the last one stands at the edge: its words go back from there
            yield from _label(mark.label, x + 5, middle - 9, left, "end")
        used = x + right


def _label(text: str, x: float, y: int, room: float, anchor: str) -> Iterator[str]:
    columns = int(room / COLUMN) - 1
    if columns >= SHORTEST:
        words = escape(cut(text, columns))
        yield f'<text class="label" x="{round(x, 1)}" y="{y}" text-anchor="{anchor}">{words}</text>'
