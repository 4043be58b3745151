"""Time comes from one injected clock: aware UTC, so tests can drive it and records never mix zones."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime."""


def system_clock() -> datetime:
    return datetime.now(UTC)
