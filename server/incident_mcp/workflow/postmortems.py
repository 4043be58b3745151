"""Phase 5: the postmortem, from the record and nothing else, as a file."""

from pathlib import Path

from incident_mcp.text.cleaning import clean
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import the_incident


class PostmortemReply(Reply):
    """Where it was written, and what was left out of it."""

    path: str = ""
    page: str = ""
    """The same as an HTML file, where it was asked for."""
    left_out: tuple[str, ...] = ()
    """Sentences that no entry stands behind, each with the reason."""


async def write_postmortem(
    desk: Desk, by: Actor, *, incident: str | None, note: str = "", html: bool = False
) -> PostmortemReply:
    """Write it into the postmortems folder, never over an existing file. Raises `IncidentError` when it can't be.

    Of `note`, the sentences that cite entries which can stand behind them go in, quoted as the caller's.
    """
    # Only needed here, once an incident: the template engine stays out of the start-up.
    from incident_mcp.postmortem.document import document
    from incident_mcp.postmortem.file import write

    found = await the_incident(desk, incident)
    whole = mask(clean(note, keep_lines=True))  # before it is cut into sentences: a key may go over several
    left_out = await _added(desk, by, found.id, whole)
    entries = await desk.record.entries(found.id)
    path = write(desk.postmortems, found.id, document(entries))
    page = _page(desk, found.id, entries) if html else None
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
        summary=(
            f"{desk.cluster}: postmortem written: {path} ({entry.id})" + (f", and {page}." if page else "."),
            *(f"Left out: {one}" for one in left_out),
        ),
        incident=found.id,
        entry=entry.id,
        path=str(path),
        page=str(page or ""),
        left_out=left_out,
    )


def _page(desk: Desk, incident: str, entries: list[Entry]) -> Path:
    from incident_mcp.postmortem.file import write
    from incident_mcp.postmortem.page import page

    return write(desk.postmortems, incident, page(entries), ".html")


async def _added(desk: Desk, by: Actor, incident: str, note: str) -> tuple[str, ...]:
    """Record what may stand as notes; what may not is returned."""
    from incident_mcp.postmortem.claims import checked, hollow_notes

    entries = await desk.record.entries(incident)
    told = checked(note, entries)
    said = {entry.text for entry in entries if entry.kind is EntryKind.NOTE}
    for claim in told.kept:
        if claim.text not in said:
            new = NewEntry(kind=EntryKind.NOTE, text=claim.text, actor=by, data={"cites": [*claim.cites]})
            await desk.record.append(incident, new)
    hollow = hollow_notes(entries)
    return (*told.left_out, *(f"note {name}: {why}" for name, why in hollow.items()))
