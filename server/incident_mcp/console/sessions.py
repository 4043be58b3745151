"""Who is in: a token from the terminal opens one session, and is then worth nothing.

Sessions live in this process alone: when it ends, everybody is out.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from incident_mcp.vocabulary.clock import Clock

LASTS = timedelta(hours=12)
_BYTES = 20


@dataclass(frozen=True, slots=True)
class Told:
    """What the next page tells first: how something went."""

    how: Literal["done", "failed"]
    text: str


@dataclass
class Session:
    """One browser that is in."""

    until: datetime
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(_BYTES))
    """Stands in each form of its pages; a form without it was not ours."""
    told: list[Told] = field(default_factory=list[Told])

    def tell(self, how: Literal["done", "failed"], text: str) -> None:
        self.told.append(Told(how, text))

    def take_told(self) -> list[Told]:
        told, self.told = self.told, []
        return told


class Sessions:
    """All of them, and the token that opens the next; `announce` is told each new token."""

    def __init__(self, clock: Clock, announce: Callable[[str], None]) -> None:
        self._clock = clock
        self._announce = announce
        self._open: dict[str, Session] = {}
        self._token = self._new_token()

    def _new_token(self) -> str:
        token = secrets.token_urlsafe(_BYTES)
        self._announce(token)
        return token

    def open(self, token: str) -> str | None:
        """The name of a new session for the token that was announced last; None for any other."""
        if not hmac.compare_digest(token.strip().encode(), self._token.encode()):
            return None
        self._token = self._new_token()
        name = secrets.token_urlsafe(_BYTES)
        self._open[name] = Session(until=self._clock() + LASTS)
        return name

    def find(self, name: str | None) -> Session | None:
        found = self._open.get(name or "")
        return found if found and found.until > self._clock() else None
