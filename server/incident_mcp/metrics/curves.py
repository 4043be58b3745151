"""What a curve says: how it was in the hour before, how it is now, since when it differs, and where it goes.

Pure over points (seconds since the epoch, value), oldest first. A curve of a rate looks back over its window, so the
change itself lies between the last point that was usual and the first that was not: the former is told.
"""

import math
from collections.abc import Sequence
from statistics import median

from incident_mcp.vocabulary.metrics_seen import Moving

Points = Sequence[tuple[float, float]]

HOUR = 3600.0
MARGIN = 300.0
"""Of the hour before the onset the last minutes are left out: trouble begins before it is seen."""
ENOUGH = 3
LATELY = 300.0
"""Where it goes is judged against so many seconds ago."""
_STRETCH = 90.0


def usual(points: Points, until: float) -> list[float]:
    """The values of the hour before; empty where there are too few to be called usual."""
    values = [value for at, value in points if until - HOUR - MARGIN <= at <= until - MARGIN]
    return values if len(values) >= ENOUGH else []


def last(points: Points, end: float, fresh: float) -> tuple[float, float] | None:
    """The last point, if it is no older than `fresh` seconds."""
    return points[-1] if points and end - points[-1][0] <= fresh else None


def left(points: Points, values: Sequence[float], until: float) -> float | None:
    """When the curve left the range of its usual `values` for good, on its way to where it is at `until`."""
    upto = [point for point in points if point[0] <= until]
    if not upto or not values:
        return None
    middle, reached = median(values), upto[-1][1]
    if reached >= middle:
        limit = max(min(max(values), (middle + reached) / 2), middle + 0.1 * (reached - middle))
        inside = [at for at, value in upto if value <= limit]
    else:
        limit = min(max(min(values), (middle + reached) / 2), middle - 0.1 * (middle - reached))
        inside = [at for at, value in upto if value >= limit]
    return inside[-1] if inside and inside[-1] < upto[-1][0] else None


def moving(points: Points, end: float, fresh: float, least: float, since: float | None) -> Moving:
    """Of something that is bad when high: the last minute or so against some minutes ago, but not against the time
    before it left what was usual: that it began is no direction. Below `least` all is one.
    """
    stretch = max(fresh, _STRETCH)
    begin = max(end - LATELY - stretch, -math.inf if since is None else since + fresh)
    lately = [value for at, value in points if at > end - stretch]
    earlier = [value for at, value in points if begin <= at <= min(begin + stretch, end - stretch)]
    if not lately or not earlier:
        return "unknown"
    now, then = median(lately[-ENOUGH:]), median(earlier[-ENOUGH:])
    if abs(now - then) < max(least, 0.2 * max(now, then)):
        return "steady"
    return "worse" if now > then else "better"
