"""What every step needs at hand: the cluster, the record, the gate, the clock, and who is at the keyboard."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.to_thread

from incident_mcp.cluster.api import Api
from incident_mcp.gate.gate import Gate
from incident_mcp.logs.engines import LogEngines
from incident_mcp.metrics.monitoring import Monitoring
from incident_mcp.reach.trying import Reach
from incident_mcp.record.following import Follower
from incident_mcp.record.incident import Incident
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Actions
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest

if TYPE_CHECKING:  # with it comes the catalogue of findings
    from incident_mcp.communicate.switchboard import Switchboard
    from incident_mcp.investigate.silence import Silence


@dataclass(frozen=True)
class Desk:
    """One server's, or one command's, working set. Wiring makes it; everything here is pinned to one cluster."""

    api: Api
    record: Record
    gate: Gate
    actions: Actions
    clock: Clock
    person: Actor
    postmortems: Path
    tool_seconds: float
    soak_seconds: float
    runbooks: Path = Path("runbooks")
    """Folder of the runbooks that are quoted; it need not be there."""
    silenced: tuple["Silence", ...] = ()
    """Findings that nobody here wants to be told."""
    monitoring: Monitoring = field(default_factory=Monitoring)
    log_engines: LogEngines = field(default_factory=LogEngines)
    certificates: bool = True
    """Whether the certificates in TLS Secrets that routes name are read; else their Secrets are metadata only."""
    reach: Reach | None = None
    """How the hosts of routes that are hurt are tried from here; None: they are not."""
    board: "Switchboard | None" = None
    """The channels by which others are told."""
    shared: Follower | None = None
    """Who carries the record to a team's and back; None: it stays on this machine."""
    doors_told: Callable[[], tuple[str, ...]] = tuple
    """What a person must know of the doors of the gate when an incident opens."""
    console_at: Callable[[], str] = str
    """The address of the console that runs over this record; empty where none does."""

    @property
    def cluster(self) -> str:
        """The cluster's name, which leads every answer."""
        return self.api.cluster.name

    async def aclose(self) -> None:
        """Close the connections to the cluster and all that stands beside it."""
        if self.shared:
            await anyio.to_thread.run_sync(self.shared.stop)
        await self.monitoring.aclose()
        await self.log_engines.aclose()
        if self.board:
            await self.board.aclose()
        await self.api.aclose()

    async def incident_id(self, name: str | None) -> str | None:
        """The id of the named incident, else of the only open one; None where entries wait unassigned: none is open,
        or several are, and a look must not wait for somebody to name one.
        """
        if name is not None:
            return (await self.record.incident(name)).id
        still_open = await self.record.still_open()
        return still_open[0].id if len(still_open) == 1 else None

    async def incident_of_a_change(self, name: str | None, *, over: bool = False) -> Incident:
        """The incident that a mutating call belongs to; `over`: it may be over, and is the last one where none is open.
        Raises `BadRequest` when none is open or it is closed.
        """
        incident = await self.record.current(name)
        if incident is None and over:
            incident = next(reversed(await self.record.incidents()), None)
        if incident is None:
            raise BadRequest(
                f"{self.cluster}: no incident is open, and a change belongs to one.",
                "Call open_incident with a title first; what was seen so far will be adopted by it.",
            )
        if not (incident.is_open or over):
            raise BadRequest(
                f"{self.cluster}: incident {incident.id} is {incident.status}.",
                "Reopen it with update_incident (status open, with a reason), or open a new one.",
            )
        return incident
