"""`incident-mcp stop`: the brake first, then the end of every plan that waits, in every incident of the record."""

from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import Door
from incident_mcp.gate.plans import Plans
from incident_mcp.record.incident import fold
from incident_mcp.record.journal import Store
from incident_mcp.record.plans import PlanState
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import Policy


async def stop(store: Store, brake: Brake, door: Door, by: Actor, why: str, clock: Clock) -> list[Plan]:
    """Stop all changes; returns the plans that were revoked. A write that was sent can't be called back.

    Raises `RecordError`: before the brake is pulled it says that nothing is stopped.
    """
    brake.pull(by, why, clock)
    revoked: list[Plan] = []
    for plan, told in door.waiting():
        record = Record(store, plan.cluster, clock)
        why_ended = f"changes were stopped by {by.name}."
        await Plans(record, Policy).retire(plan, told.incident, PlanState.REVOKED, why_ended, by)
        revoked.append(plan)
    await _tell(store, f"All changes stopped by {by.name}" + (f": {why}" if why else "."), by, clock)
    return revoked


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
