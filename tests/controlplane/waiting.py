"""Wait for something to become true: look often, until a deadline, and say what was seen last."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tests.controlplane.api import ApiError

T = TypeVar("T")
POLL_SECONDS = 0.05


class NotInTime(AssertionError):
    """What was awaited did not come."""


def wait_for(what: str, look: Callable[[], T], seconds: float = 20.0) -> T:
    """Return the first true answer of `look`. An error of the API counts as *not yet*; any other is a mistake."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            seen: object = look()
            if seen:
                return seen
        except ApiError as error:
            seen = error
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {seconds:g} s; last seen: {seen!r:.500}")
        time.sleep(POLL_SECONDS)
