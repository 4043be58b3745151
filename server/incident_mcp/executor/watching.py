"""What an approver's console shows: the executor's copy of every chain, followed into this user's own record.

The assistant's record lies in another user's folder, closed to everybody; the executor holds what was sent to it, and
that is what it decides by.
"""

from incident_mcp.executor.copying import follow
from incident_mcp.executor.door import NOBODY, RemoteDoor
from incident_mcp.executor.protocol import Standing
from incident_mcp.gate.approvers import NoPassphrase
from incident_mcp.gate.stopping import Halt
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.errors import BadRequest, ExecutorAway, IncidentError, RecordError


class Watched:
    """A console's `Source`. While the executor is away, what was copied stays to be read."""

    def __init__(self, journal: Journal, door: RemoteDoor) -> None:
        self._journal = journal
        self._door = door
        self._standing: Standing | None = None
        self._trouble: IncidentError = ExecutorAway(f"The executor at {door.path} was not asked yet.")

    @property
    def decider(self) -> str:
        return self._standing.writer if self._standing else ""

    def refresh(self) -> tuple[int, str]:
        try:
            self._standing = follow(self._journal, self._door.path)
        except BadRequest as error:
            self._standing = None
            self._trouble = BadRequest(
                error.happened, "This user is no approver, or is a client too: docs/separated.md."
            )
        except IncidentError as error:
            self._standing, self._trouble = None, error
        return self._journal.newest(), self.decider

    def names(self) -> list[str]:
        if self._standing is None:
            raise self._trouble
        if self._standing.persons is None:
            raise RecordError(" ".join(self._standing.told), "The executor's operator mends it.")
        if not self._standing.names:
            raise NoPassphrase(NOBODY)
        return [*self._standing.names]

    def stopped(self) -> str:
        return self._standing.stopped if self._standing else ""

    def told(self) -> str:
        if self._standing:
            return ""
        return f"What stands here may be old, and nothing can be answered: {self._trouble}"

    async def stop(self, why: str) -> Halt:
        return self._door.stop(why)
