"""An incident as pages that a client can show or mention: where it stands, all its entries, its postmortem so far.

Reading a page writes nothing: what an answer needs in the record is the tools' business.
"""

from incident_mcp.text.cleaning import one_line
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import plan_lines, state_lines, the_incident

LINE = 2000
"""Characters of one entry on a page."""


async def current_page(desk: Desk) -> str:
    """The incident that answers speak of: the only open one, else the last. Raises `BadRequest` when there is none."""
    found = await the_incident(desk, None)
    known = await desk.record.entries(found.id)
    now = desk.clock()
    return "\n".join(state_lines(desk, known, plan_lines(known, now), now))


async def timeline_page(desk: Desk, incident: str) -> str:
    """Every entry in a line, in the order of writing."""
    found = await desk.record.incident(incident)
    day = found.opened
    return "\n".join(
        f"{entry.id} {clock(entry.happened, day)} {entry.kind} ({entry.actor}) {one_line(entry.text, LINE)}"
        for entry in await desk.record.entries(found.id)
    )


async def postmortem_page(desk: Desk, incident: str) -> str:
    """The postmortem as the record would tell it now; `write_postmortem` makes the file."""
    from incident_mcp.postmortem.document import document  # the template engine stays out of the start-up

    found = await desk.record.incident(incident)
    return document(await desk.record.entries(found.id))


async def incidents_with_pages(desk: Desk, most: int) -> list[tuple[str, str, bool]]:
    """Id, title, and whether a postmortem was written, newest first."""
    found = (await desk.record.incidents())[: -most - 1 : -1]
    return [(one.id, one.title, await _written(desk, one.id)) for one in found]


async def _written(desk: Desk, incident: str) -> bool:
    return bool(await desk.record.entries(incident, EntryKind.POSTMORTEM))
