"""Closing an incident: on a verdict that it recovered, or on a person's reason for closing without one."""

from incident_mcp.record.incident import Incident
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.verdict import Verdict
from incident_mcp.workflow.debts import assign, review_debts
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.incidents import set_status
from incident_mcp.workflow.standing import IncidentReply, get_incident, the_incident


async def close_incident(desk: Desk, by: Actor, *, incident: str | None, reason: str = "") -> IncidentReply:
    """End the incident. Raises `BadRequest` when it is closed, or when no verdict stands and no reason was given."""
    found = await the_incident(desk, incident)
    if found.status == "closed":
        raise BadRequest(f"{desk.cluster}: incident {found.id} is closed already.", "write_postmortem tells it.")
    verdict = _last_verdict(await desk.record.entries(found.id, EntryKind.VERDICT, EntryKind.OUTCOME))
    if not reason.strip():
        reason = _on_verdict(desk, found, verdict)
    await set_status(desk, found, "closed", reason, by)
    await review_debts(desk, found.id, by)
    await assign(desk, found.id, by)
    told = await get_incident(desk, by, incident=found.id, entries=5)
    return told.model_copy(update={"summary": (*told.summary, "Next: write_postmortem.")})


def _last_verdict(entries: list[Entry]) -> Entry | None:
    """The last verdict, unless a change of ours came after it: then it speaks of what is gone."""
    for entry in reversed(entries):
        if entry.kind is EntryKind.VERDICT:
            return entry
        if entry.changed:
            return None
    return None


def _on_verdict(desk: Desk, found: Incident, verdict: Entry | None) -> str:
    if verdict is not None and verdict.data.get("verdict") == Verdict.RECOVERED:
        return f"recovered, verified in {verdict.id}"
    seen = f"the last verdict is {verdict.data.get('verdict')} ({verdict.id})" if verdict else "no verdict stands"
    raise BadRequest(
        f"{desk.cluster}: {seen}, so incident {found.id} stays {found.status}.",
        "Call verify_fix first, or give the person's reason for closing without it.",
    )
