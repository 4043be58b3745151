"""From curves to what is told of them: a signal with its figures, a traffic that left what was usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median

from incident_mcp.metrics import curves
from incident_mcp.metrics.prometheus import Series
from incident_mcp.metrics.span import Span
from incident_mcp.vocabulary.metrics_seen import SignalName, SignalSeen, TrafficSeen, Unit
from incident_mcp.vocabulary.refs import Ref

SURGE, DROP = 2.0, 0.5
"""From these factors on, traffic is another than in the hour before."""
LEAST_TRAFFIC = 0.1
"""Requests a second; below, a factor says nothing."""
_LEAST = {"error rate": 0.01, "latency": 0.05, "latency p99": 0.05, "latency p95": 0.05}
_LEAST_OF_ROOM = 0.1
"""A smaller difference is none."""
_CLEARLY = 1.5


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, and the curve that came of it."""

    query: str
    series: list[Series]
    window: int

    @property
    def points(self) -> curves.Points:
        """Of several series, the one that is highest now: the worst."""
        there = [one.points for one in self.series if one.points]
        return max(there, key=lambda points: points[-1][1]) if there else []


def signal(what: SignalName, unit: Unit, target: Ref, asked: Asked, span: Span) -> list[SignalSeen]:
    """One, or none where there is no figure at all."""
    points, end = asked.points, span.end.timestamp()
    usual, last = curves.usual(points, span.until), curves.last(points, end, 2 * asked.window)
    before, now = median(usual) if usual else None, last[1] if last else None
    if before is None and now is None:
        return []
    least = _LEAST.get(what, _LEAST_OF_ROOM)
    high = before is not None and now is not None and now >= before * _CLEARLY and now - before >= least
    since = curves.left(points, usual, end) if high else None
    return [
        SignalSeen(
            what=what,
            unit=unit,
            target=target,
            now=now,
            before=before,
            at=_moment(last[0]) if last else None,
            since=_moment(since) if since is not None else None,
            moving=curves.moving(points, end, asked.window, least, since) if last else "unknown",
            query=asked.query,
        )
    ]


def traffic(target: Ref, asked: Asked, span: Span) -> TrafficSeen | None:
    """Where it left what was usual before the onset; of what fell with the onset nobody is the cause but the fault."""
    points, until = asked.points, span.until
    usual = curves.usual(points, until)
    around = [point for point in points if until - curves.MARGIN <= point[0] <= until + asked.window + 60]
    if not usual or not around:
        return None
    before = median(usual)
    at, level = _furthest(around, before, surges_only=span.onset is not None)
    if min(before, level) <= 0 or max(before, level) < LEAST_TRAFFIC or DROP < level / before < SURGE:
        return None
    if level < before and span.onset is not None:
        return None
    since = curves.left(points, usual, at)
    if since is None:
        return None
    return TrafficSeen(target=target, since=_moment(since), now=level, before=before, query=asked.query)


def _furthest(points: Sequence[tuple[float, float]], usual: float, *, surges_only: bool) -> tuple[float, float]:
    """The highest point; where everything may be told, the last one."""
    return max(points, key=lambda point: point[1]) if surges_only else points[-1]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
