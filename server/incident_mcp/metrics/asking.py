"""One look's questions to the monitoring: run side by side, each failure a line for the person, none an exception."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

import anyio

from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.errors import IncidentError

T = TypeVar("T")
AT_ONCE = 8
"""Queries in flight: below Prometheus' own limit (`--query.max-concurrency`, 20), which it shares with dashboards."""


class Asking:
    """The notes of one look: what could not be had and why, in the order in which it was found."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._missed: dict[tuple[str, str], None] = {}
        self._open: dict[str, int] = {}

    async def ask(self, what: str, call: Callable[[], Awaitable[T]], default: T) -> T:
        """The answer of `call`, or `default` and a note."""
        self._open[what] = self._open.get(what, 0) + 1
        try:
            async with self._limiter:
                answer = await call()
        except IncidentError as error:
            self.miss(what, why(error))
            answer = default
        self._open[what] -= 1
        return answer

    def miss(self, what: str, reason: str) -> None:
        self._missed[what, reason] = None

    def timed_out(self) -> None:
        """The time is over: what is still asked for is not known."""
        for what in [what for what, number in self._open.items() if number]:
            self.miss(what, "no answer in time")
        self._open.clear()

    @property
    def missed(self) -> list[tuple[str, str]]:
        """Of each server its first trouble: the others are mostly the same again."""
        firsts: dict[str, str] = {}
        for what, reason in self._missed:
            firsts.setdefault(what, reason)
        return list(firsts.items())


def why(error: IncidentError) -> str:
    """In a few words, for a line of what was not checked."""
    match error:
        case Refused() | Malformed():
            return error.said
        case _:
            return plain(error.happened, 160).rstrip(".")


async def side_by_side(jobs: Iterable[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(job)
