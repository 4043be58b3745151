"""How often a passphrase may be wrong here: a page can be sent faster than a person types in a terminal."""

from datetime import datetime, timedelta

from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import IncidentError

MOST = 5
WITHIN = timedelta(minutes=5)


class TooManyAttempts(IncidentError):
    """The passphrase was wrong too often; the door is closed for a while, for the right one too."""


class Attempts:
    """The wrong ones of all sessions together."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: list[datetime] = []

    def check(self) -> None:
        """Raise `TooManyAttempts` while there were too many."""
        now = self._clock()
        self._wrong = [at for at in self._wrong if now - at < WITHIN]
        if len(self._wrong) >= MOST:
            left = duration(self._wrong[0] + WITHIN - now)
            raise TooManyAttempts(
                f"The passphrase was wrong {count(MOST, 'time')} here; this door opens again in {left}.",
                "In a terminal: incident-mcp approve.",
            )

    def wrong(self) -> None:
        self._wrong.append(self._clock())
