"""A journal follows the shared record: in a thread of its own, so that no incident ever waits for a database.

Right after each entry, and every two seconds beside; while the database is away it asks less often, and says since
when. The database's library is imported in that thread, not when a server starts.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from incident_mcp.record.journal import Journal
from incident_mcp.record.shared_place import SharedPlace
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import RecordError

if TYPE_CHECKING:  # the database's library is not needed to start
    from incident_mcp.record.shared_copy import SharedCopy

EVERY_SECONDS = 2.0
AT_MOST_SECONDS = 30.0
PATIENCE = 3
"""Times the place's timeout after which a round that is under way counts as not answered."""


@dataclass(frozen=True)
class Trouble:
    """Why the shared record does not follow, and since when."""

    since: datetime
    why: str


def shared_copy(place: SharedPlace, environment: Mapping[str, str]) -> "SharedCopy":
    """The way to the shared record. Raises `RecordError` where what speaks to the database is not installed."""
    try:
        from incident_mcp.record.shared_copy import SharedCopy
    except ImportError as error:
        raise RecordError(
            f"The shared record {place.shown} can't be used: {error.name} is not installed.",
            "Install incident-mcp[shared]; the local journal goes on meanwhile.",
            not_done="Nothing was lost.",
        ) from error
    return SharedCopy(place, environment)


class Follower:
    """Keeps one journal and one shared record equal until it is stopped."""

    def __init__(self, journal: Journal, place: SharedPlace, environment: Mapping[str, str], clock: Clock) -> None:
        self.place = place
        self._journal = journal
        self._environment = environment
        self._clock = clock
        self._wake = threading.Event()
        self._stopping = False
        self._rounds = threading.Condition()
        self._round = 0
        self._trouble: Trouble | None = None
        self._began: datetime | None = None
        self._thread = threading.Thread(target=self._follow, name="shared record", daemon=True)

    def start(self) -> "Follower":
        self._journal.after_append = self._wake.set
        self._thread.start()
        return self

    @property
    def trouble(self) -> Trouble | None:
        """Why the two are not equal. A database that took a question and never answers counts as well."""
        began = self._began
        if began and (self._clock() - began).total_seconds() > PATIENCE * self.place.timeout:
            return self._trouble or Trouble(began, f"The shared record {self.place.shown} does not answer.")
        return self._trouble

    def stop(self, seconds: float = 1.0) -> None:
        """One last round, if it fits into this time: what it does not carry follows with the next start."""
        self._stopping = True
        self._wake.set()
        self._thread.join(seconds)

    def wait(self, seconds: float) -> bool:
        """Until a round that began after this call is over; False when there was none in that time."""
        with self._rounds:
            wanted = self._round + 2  # the one that may be under way does not count
            self._wake.set()
            return self._rounds.wait_for(lambda: self._round >= wanted, seconds)

    def _follow(self) -> None:
        copy: SharedCopy | None = None
        pause = EVERY_SECONDS
        while True:
            self._wake.clear()
            last = self._stopping
            try:
                copy = copy or shared_copy(self.place, self._environment)
                self._tell(self._once(copy))
                pause = EVERY_SECONDS
            except RecordError as error:
                self._tell(error.happened)
                pause = min(pause * 2, AT_MOST_SECONDS)
            self._round_over()
            if last:
                break
            self._wake.wait(pause)
        if copy:
            copy.close()

    def _once(self, copy: "SharedCopy") -> str:
        from incident_mcp.record.catching_up import exchange

        self._began = self._clock()
        try:
            return "; ".join(exchange(self._journal, copy).refused)
        finally:
            self._began = None

    def _round_over(self) -> None:
        with self._rounds:
            self._round += 1
            self._rounds.notify_all()

    def _tell(self, why: str) -> None:
        before = self._trouble
        self._trouble = Trouble(before.since if before else self._clock(), why) if why else None
