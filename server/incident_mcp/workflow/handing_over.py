"""The packet for the next shift: what is known, in flight, due and unanswered, and who takes it from here."""

from incident_mcp.text.budget import first
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import IncidentReply, get_incident, the_incident

QUESTIONS = 8
CHANGES = 6
CAUSES = 3


class HandOverReply(IncidentReply):
    """The packet. What its fields of `IncidentReply` hold is the state at this moment."""

    causes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    """What was carried out, and what nobody knows the end of."""
    questions: tuple[str, ...] = ()
    """What the record does not know."""


async def hand_over(
    desk: Desk, by: Actor, *, receiver: str, note: str = "", incident: str | None = None
) -> HandOverReply:
    """Write the packet, and record who took over: the receiver commands from here, as told.

    Raises `BadRequest` without a receiver, or when there is no incident to hand over.
    """
    if not receiver.strip():
        raise BadRequest("A hand-over names who takes over. Nothing was recorded.", "For example: receiver Ada.")
    found = await the_incident(desk, incident)
    giver = found.roles["commander"]
    data = {"receiver": receiver, "giver": giver}
    text = f"Handed over from {giver} to {receiver}" + (f": {note}" if note.strip() else "")
    await desk.record.append(found.id, NewEntry(kind=EntryKind.HAND_OVER, text=text, actor=by, data={**data}))
    role = NewEntry(
        kind=EntryKind.ROLE, text=f"Commander: {receiver}", actor=by, data={"role": "commander", "name": receiver}
    )
    await desk.record.append(found.id, role)
    return await _packet(desk, by, found.id)


async def _packet(desk: Desk, by: Actor, incident: str) -> HandOverReply:
    from incident_mcp.postmortem.facts import facts  # not needed to list the tools

    told = await get_incident(desk, by, incident=incident, entries=10)
    entries = await desk.record.entries(incident)
    known = facts(entries)
    return HandOverReply.model_validate(
        told.model_dump()
        | {
            "causes": first([one.cited for one in known.cause], CAUSES).items,
            "changes": first(_changes(entries), CHANGES).items,
            "questions": first([one.cited for one in known.questions], QUESTIONS).items,
        }
    )


def _changes(entries: list[Entry]) -> list[str]:
    """Newest first."""
    return [f"{entry.id} {entry.text}" for entry in reversed(entries) if entry.kind is EntryKind.OUTCOME]
