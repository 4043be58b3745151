"""Phase 5: the postmortem, from the record and nothing else, as a file."""

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import the_incident


class PostmortemReply(Reply):
    """Where it was written, and what the record could not tell."""

    path: str = ""


async def write_postmortem(desk: Desk, by: Actor, *, incident: str | None) -> PostmortemReply:
    """Write it into the postmortems folder, never over an existing file. Raises `IncidentError` when it can't be."""
    # Only needed here, once an incident: the template engine stays out of the start-up.
    from incident_mcp.postmortem.document import document
    from incident_mcp.postmortem.file import write

    found = await the_incident(desk, incident)
    entries = await desk.record.entries(found.id)
    path = write(desk.postmortems, found.id, document(entries))
    entry = await desk.record.append(
        found.id,
        NewEntry(
            kind=EntryKind.POSTMORTEM,
            text=f"Postmortem written: {path}",
            actor=by,
            data={"path": str(path), "head": entries[-1].hash},
        ),
    )
    return PostmortemReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: postmortem written: {path} ({entry.id}).",),
        incident=found.id,
        entry=entry.id,
        path=str(path),
    )
