"""How long the client waits for a tool, and so for a person: a question that it gave up on is no question any more.

Claude Code gives a tool `MCP_TOOL_TIMEOUT` milliseconds, which the server inherits, and tells nobody when it gives up;
its form may stay on the screen. So our question ends a second earlier, in words, and the record keeps that moment.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from math import inf

import anyio

EARLIER = timedelta(seconds=1)


def patience_of(environment: Mapping[str, str]) -> timedelta | None:
    """How long a question may wait; None: the client names no limit."""
    text = environment.get("MCP_TOOL_TIMEOUT", "")
    if not text.isdecimal() or int(text) == 0:
        return None
    return max(timedelta(milliseconds=int(text)) - EARLIER, timedelta(seconds=0.5))


class Waiting:
    """One call's wait for a person: from the call's beginning to its body."""

    def __init__(self, patience: timedelta) -> None:
        self.scope = anyio.CancelScope(deadline=anyio.current_time() + patience.total_seconds())

    @property
    def left(self) -> timedelta:
        return timedelta(seconds=max(self.scope.deadline - anyio.current_time(), 0))

    def answered(self) -> None:
        """The wait is over: what follows takes its own time."""
        self.scope.deadline = inf


_WAITING: ContextVar[Waiting | None] = ContextVar("waiting", default=None)


def waiting() -> Waiting | None:
    """The present call's wait; None where the client names no limit."""
    return _WAITING.get()


@contextmanager
def patient(patience: timedelta | None) -> Generator[Waiting | None]:
    """Bound the wait for a person within this block; what was cancelled then says so by its scope."""
    if patience is None:
        yield None
        return
    wait = Waiting(patience)
    token = _WAITING.set(wait)
    try:
        with wait.scope:
            yield wait
    finally:
        _WAITING.reset(token)
