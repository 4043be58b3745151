"""The stretch of time that curves are asked for: from the hour before the onset until now, in few points."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

BEFORE = timedelta(minutes=75)
LONGEST = timedelta(hours=24)
"""An onset longer ago is not reached back to: then only the last hour and what is now are told."""
POINTS = 300
SCRAPES = 4
"""Scrapes in the window of a rate: one may be missed, and two are needed."""
_SHORTEST, _LONGEST, _UNKNOWN = 60, 600, 60


@dataclass(frozen=True, slots=True)
class Span:
    """Until `end`, with the `onset` in it where it is known."""

    end: datetime
    onset: datetime | None = None

    @property
    def start(self) -> datetime:
        return (self.onset or self.end) - BEFORE

    @property
    def until(self) -> float:
        """Until when things were as usual: the onset, else now."""
        return (self.onset or self.end).timestamp()

    def step(self, interval: float) -> int:
        """Seconds between points: no finer than what is scraped."""
        return math.ceil(max(interval, 15, (self.end - self.start).total_seconds() / POINTS))

    def window(self, interval: float) -> int:
        """Seconds that a rate looks back over: a few scrapes, and no gap between two points."""
        scrapes = min(max(math.ceil(SCRAPES * interval), _SHORTEST), _LONGEST)
        return max(scrapes, self.step(interval))


def span(end: datetime, onset: datetime | None) -> Span:
    """Around this onset, if it is near enough."""
    return Span(end, onset if onset is not None and timedelta() <= end - onset <= LONGEST else None)


def interval(samples: float | None) -> float:
    """Seconds between scrapes, from the samples of ten minutes; one a minute where they don't tell."""
    return 600 / samples if samples else _UNKNOWN
