"""The shape of every planned change. Implementations live in `mitigate/actions/` and `communicate/actions/`;
wiring hands the registry to the gate, which calls them without importing them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, TypeVar

from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Draft, Fact, Plan, Write
from incident_mcp.vocabulary.value import Value

A = TypeVar("A", bound=Value)

Landed = Literal["applied", "not applied", "unknown", "not needed"]
"""What became of one write: *unknown* is *can't tell*; *not needed*: what it removes was gone before."""


class Known(Value):
    """What the incident's record knows of targets (by their names as text) when a change is proposed."""

    errors: dict[str, str] = {}
    """The error text that a fix should end: it becomes part of the promise."""
    incident: str | None = None
    """Its id."""
    opened: datetime | None = None
    """When the incident was opened, aware UTC."""
    failed: dict[str, tuple[int, ...]] = {}
    """Revisions that were seen failing, or were rolled away: none of them is a default target."""


NOTHING_KNOWN = Known()


class Action(Protocol, Generic[A]):
    """One kind of change: `arguments` is the typed call, the methods are the life of a plan."""

    name: str
    """The tool's name, and the plan's."""
    title: str
    description: str
    arguments: type[A]

    async def preview(self, arguments: A, known: Known = NOTHING_KNOWN) -> Draft:
        """Read the cluster, dry-run the change, and say what it would do.

        Raises `BadRequest` with a next step when the arguments make no sense on this cluster.
        """
        ...

    async def facts_now(self, plan: Plan) -> tuple[Fact, ...]:
        """The plan's facts as the cluster holds them now, in the same order."""
        ...

    async def moved_by(self, plan: Plan) -> str:
        """In words, what moved since the plan was made and which field manager moved it."""
        ...

    async def rehearse(self, plan: Plan) -> None:
        """Send the plan's writes as a server-side dry run; raises a `ClusterError` when one would be refused."""
        ...

    async def evidence(self, plan: Plan, since: datetime | None = None) -> dict[str, Any]:
        """What the change will destroy (logs of the pods it replaces), for the record, unmasked: the record masks.

        With `since`, only what is newer.
        """
        ...

    async def kept(self, plan: Plan) -> bool | None:
        """Whether what the plan promises is so now; None: nothing was promised, or it can't be told."""
        ...

    async def alarm(self, plan: Plan, since: datetime) -> str:
        """In words, why the change that was sent at `since` is bad as it stands now; empty where it is well. Asked
        again and again for a plan that lists an abort. Raises `ClusterError` when it can't be told.
        """
        ...

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        """Send one of the plan's writes, once. Raises `Conflict` when a precondition failed on the server.

        Returns what it brought back, as lines that can be shown: a command's output; of most changes, nothing.
        """
        ...

    async def landed(self, write: Write, since: datetime) -> Landed:
        """After a write of unknown outcome, sent at `since`: what the cluster says of it. Only reads."""
        ...


Actions = Mapping[str, Action[Any]]
