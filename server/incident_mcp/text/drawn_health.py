"""How many of a workload's replicas were ready, look by look, as a small step line in SVG."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from html import escape

from incident_mcp.text.words import clock
from incident_mcp.vocabulary.value import Value

WIDTH, HEIGHT, EDGE = 320, 44, 4
LAST_SHARE = 12
"""The last look holds on for this part of the axis: what came after it nobody knows."""


class Sample(Value):
    """One look at one workload."""

    at: datetime
    ready: int
    desired: int

    @property
    def well(self) -> bool:
        return self.ready >= self.desired


def drawn_health(name: str, samples: Sequence[Sample], first: datetime, last: datetime) -> str:
    """The SVG element on an axis from `first` to `last`; empty without samples."""
    if not samples:
        return ""
    top = max(max(sample.ready, sample.desired) for sample in samples) or 1
    shortest = max((last - first) / LAST_SHARE, timedelta(seconds=1))
    span = (last - first + shortest).total_seconds()

    def x(at: datetime) -> float:
        return round(EDGE + (at - first).total_seconds() / span * (WIDTH - 2 * EDGE), 1)

    def y(value: int) -> float:
        return round(HEIGHT - EDGE - value / top * (HEIGHT - 2 * EDGE), 1)

    ends = [*(sample.at for sample in samples[1:]), samples[-1].at + shortest]
    parts = [
        f'<rect class="lack" x="{x(sample.at)}" y="{y(max(sample.desired, sample.ready))}" '
        f'width="{round(x(end) - x(sample.at), 1)}" height="{HEIGHT - EDGE - y(sample.desired)}"/>'
        f'<rect class="{"well" if sample.well else "unwell"}" x="{x(sample.at)}" y="{y(sample.ready)}" '
        f'width="{round(x(end) - x(sample.at), 1)}" height="{HEIGHT - EDGE - y(sample.ready) + 2}">'
        f"<title>{clock(sample.at)} {sample.ready} of {sample.desired} ready</title></rect>"
        f'<line class="wanted" x1="{x(sample.at)}" x2="{x(end)}" y1="{y(sample.desired)}" '
        f'y2="{y(sample.desired)}"/>'
        for sample, end in zip(samples, ends, strict=True)
    ]
    told = ", ".join(f"{sample.ready} of {sample.desired} at {clock(sample.at)}" for sample in samples[-5:])
    return "\n".join(
        (
            f'<svg class="health" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(name)}: ready {told}">',
            *parts,
            "</svg>",
        )
    )
