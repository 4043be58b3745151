"""How often a passphrase may be wrong where answers come faster than a person types in a terminal: a page, a socket."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import anyio

from incident_mcp.gate.approvers import WrongPassphrase
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import IncidentError

MOST = 5
WITHIN = timedelta(minutes=5)


class TooManyAttempts(IncidentError):
    """The passphrase was wrong too often; the door is closed for a while, for the right one too."""


class Attempts:
    """The wrong ones of all sessions of a console, or of one user at a socket; `instead` is what a person can do."""

    def __init__(self, clock: Clock, instead: str = "") -> None:
        self._clock = clock
        self._instead = instead
        self._wrong: list[datetime] = []
        self._one_at_a_time = anyio.Lock()

    @asynccontextmanager
    async def one(self) -> AsyncGenerator[None]:
        """Around one try; guesses at once are counted like guesses in a row. Raises `TooManyAttempts`."""
        async with self._one_at_a_time:
            self._check()
            try:
                yield
            except WrongPassphrase:
                self._wrong.append(self._clock())
                raise

    def _check(self) -> None:
        now = self._clock()
        self._wrong = [at for at in self._wrong if now - at < WITHIN]
        if len(self._wrong) >= MOST:
            left = duration(self._wrong[0] + WITHIN - now)
            raise TooManyAttempts(
                f"The passphrase was wrong {count(MOST, 'time')} here; this door opens again in {left}.", self._instead
            )
