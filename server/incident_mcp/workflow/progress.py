"""Telling whoever waits how far a change is: done, total (both seconds) and a few words."""

from collections.abc import Awaitable, Callable

Progress = Callable[[float, float, str], Awaitable[None]]


async def silent(done: float, total: float, message: str) -> None:
    """For callers that have nobody to tell."""
