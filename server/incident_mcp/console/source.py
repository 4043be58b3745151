"""Where answers count, as the console asks it: this state folder, or the executor's, which wiring puts in its place."""

from dataclasses import dataclass
from typing import Protocol

from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import PersonsDoor
from incident_mcp.gate.stopping import Halt, stop
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock


class Source(Protocol):
    """What decides, and what it tells beside the record."""

    @property
    def decider(self) -> str:
        """The writer whose plans can be answered here."""
        ...

    def refresh(self) -> object:
        """Look for what is new; a mark: while it is the same, so is all that can be read. Raises `RecordError`."""
        ...

    def names(self) -> list[str]:
        """Who has a passphrase. Raises `IncidentError` where that can't be told."""
        ...

    def stopped(self) -> str:
        """Who stopped all changes, in words; empty while nobody did."""
        ...

    def told(self) -> str:
        """What a reader must know before anything else; mostly empty."""
        ...

    async def stop(self, why: str) -> Halt:
        """Raises `IncidentError`."""
        ...


@dataclass(frozen=True)
class Here:
    """A `Source` over this user's state folder."""

    journal: Journal
    door: PersonsDoor
    approvers: Approvers
    brake: Brake
    person: Actor
    clock: Clock

    @property
    def decider(self) -> str:
        return self.journal.writer

    def refresh(self) -> int:
        return self.journal.newest()

    def names(self) -> list[str]:
        return self.approvers.names()

    def stopped(self) -> str:
        return self.brake.pulled()

    def told(self) -> str:
        return ""

    async def stop(self, why: str) -> Halt:
        return await stop(self.journal, self.brake, self.door, self.person, why, self.clock)
