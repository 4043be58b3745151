"""The facts that a prompt carries: where the incident stands, what is found right now, and the newest entries."""

from incident_mcp.text import templates
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest, IncidentError
from incident_mcp.workflow.briefing import line
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import plan_lines, state_lines, the_incident

NEWEST = 12
"""Entries that are shown."""


async def facts_now(desk: Desk, by: Actor, *, look: bool) -> str:
    """As text for a prompt. With `look`, the cluster is looked at; what can't be read is said, and nothing raised."""
    found, told = await _look(desk, by) if look else ([], [])
    state, newest = [f"{desk.cluster}: no incident has been opened."], list[str]()
    try:
        incident = await the_incident(desk, None)
        entries = await desk.record.entries(incident.id)
        now = desk.clock()
        state = [*state_lines(desk, entries, plan_lines(entries, now), now)]
        newest = [line(entry) for entry in entries[-NEWEST:]]
    except BadRequest:
        pass
    return templates.render("facts.md.j2", state=state, look=told, findings=found, newest=newest)


async def _look(desk: Desk, by: Actor) -> tuple[list[str], list[str]]:
    """The causes in a line each with their first evidence, and what was looked at."""
    from incident_mcp.workflow.health import check_health

    try:
        seen = await check_health(desk, by, namespace=None, kind=None, name=None, incident=None)
    except IncidentError as error:
        return [], [f"not checked: {plain(error.happened)}"]
    roots = [one for one in seen.findings if one.root and one.severity != "notice"]
    found = [" | ".join([f"{one.target}: {one.summary}", *one.evidence[:1]]) for one in roots]
    return found, [*seen.summary[:1]]
