"""What is new since the onset: which patterns, and how much each looks like the onset's own.

New means never seen before, and often enough since that chance alone would hardly have kept it away: with `a` events
since the onset and a stretch before that was `r` times as long, chance keeps it away with `exp(-a * r)`. An error that
begins with the onset weighs more than one that drifts in later: a pattern that has been there since the onset shows
itself within about one `a`th of the time.
"""

import math
from dataclasses import dataclass

from incident_mcp.logs.levels import Level
from incident_mcp.logs.patterns import Tier

SURGE = 3.0
"""Times as many as before, in the same time, are a surge..."""
SURE = 4.0
"""...if that is so many standard deviations beyond chance."""
_LEAST = 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """How much there was before and since, in the same unit: seconds, or events where times are missing."""

    before: float
    since: float

    @property
    def ratio(self) -> float:
        return self.before / self.since if self.since > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Events before and since; `delay`: from the onset to the first since, as a share of the time since (0 to 1)."""

    before: int
    since: int
    delay: float
    level: Level


def judged(seen: Seen, stretch: Stretch) -> tuple[Tier, float]:
    """Its tier, and its weight within it."""
    if not seen.since or stretch.before <= 0:
        return "", 0.0
    error = seen.level == "error"
    if not seen.before:
        return "new error" if error else "new", _weight(seen, stretch)
    expected = seen.before / stretch.ratio if stretch.ratio else math.inf
    spread = math.sqrt(seen.since + expected / max(stretch.ratio, 1e-9)) or 1.0
    surges = seen.since >= max(_LEAST, SURGE * expected) and (seen.since - expected) / spread >= SURE
    if surges and error:
        return "more errors", math.log(seen.since / max(expected, 0.5)) + _nearness(seen)
    return "", 0.0


def _weight(seen: Seen, stretch: Stretch) -> float:
    sure = 1.0 - math.exp(-seen.since * stretch.ratio)
    return math.log2(1 + seen.since) * sure + _nearness(seen)


def _nearness(seen: Seen) -> float:
    """From 0 (at the onset) down: how late it began, in its own mean intervals."""
    return -min(seen.delay * (seen.since + 1), 12.0) / 2
