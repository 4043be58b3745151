"""`incident-mcp stop`: the brake first, then the end of every plan that waits, in every incident of the record."""

from dataclasses import dataclass

from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import PersonsDoor
from incident_mcp.gate.plans import Plans
from incident_mcp.record.incident import fold
from incident_mcp.record.journal import Store
from incident_mcp.record.plans import PlanState
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import IncidentError, RecordError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import Policy


@dataclass(frozen=True)
class Halt:
    """What a stop met: the plans that it revoked, and those that are being carried out and end before their next
    write, an abort included.
    """

    revoked: tuple[Plan, ...]
    under_way: tuple[Plan, ...]


async def stop(store: Store, brake: Brake, door: PersonsDoor, by: Actor, why: str, clock: Clock) -> Halt:
    """Stop all changes. A write that was sent can't be called back.

    Raises `RecordError`: before the brake is pulled it says that nothing is stopped; after it, that all is, and that
    only the record of it is lacking.
    """
    brake.pull(by, why, clock)
    try:
        waiting, under_way = door.waiting(), door.under_way()
        for plan, told in waiting:
            why_ended = f"changes were stopped by {by.name}."
            record = Record(store, plan.cluster, clock)
            await Plans(record, Policy).retire(plan, told.incident, PlanState.REVOKED, why_ended, by)
        await _tell(store, f"All changes stopped by {by.name}" + (f": {why}" if why else "."), by, clock)
    except IncidentError as error:
        raise stopped_unrecorded(brake, error) from error
    return Halt(tuple(plan for plan, _ in waiting), tuple(under_way))


def stopped_unrecorded(brake: Brake, error: IncidentError) -> RecordError:
    """A stop holds whatever becomes of the record; a person must not read the failure as *not stopped*."""
    return RecordError(
        f"Changes ARE stopped ({brake.path}), but the record does not tell of it: {error.happened}",
        error.next_step,
        not_done="What waits may not be revoked; it can't be carried out while the stop holds.",
    )


async def lift(store: Store, brake: Brake, by: Actor, clock: Clock) -> bool:
    """Allow changes again; False when they were not stopped. Whoever calls has checked the passphrase."""
    lifted = brake.lift()
    if lifted:
        await _tell(store, f"Changes are allowed again, says {by.name}.", by, clock)
    return lifted


async def _tell(store: Store, text: str, by: Actor, clock: Clock) -> None:
    """Into the record of each incident that is still open."""
    for name in store.incidents():
        incident = fold(store.entries(name))
        if incident.is_open:
            entry = NewEntry(kind=EntryKind.DECISION, text=text, actor=by, data={"why": "stop"})
            await Record(store, incident.cluster, clock).append(name, entry)
