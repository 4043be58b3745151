"""Where time comes from: the system's clock, or one that a test moves by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time."""

    def now(self) -> datetime:
        """An aware moment, in UTC."""
        ...


Time = Callable[[], datetime]


def reading(clock: Clock | Time | None) -> Time:
    """How to read a clock: of the protocol, or a bare function; None is the system's."""
    if clock is None:
        return SystemClock().now
    return clock if callable(clock) else clock.now


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class ManualClock:
    """Stands still until `advance`; shared by the sandbox and whatever a test runs against it."""

    def __init__(self, start: datetime | None = None) -> None:
        self._now = (start or datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)).astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
