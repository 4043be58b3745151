"""The life of an incident: open it, and set what people decide about it."""

from typing import Literal

from pydantic import JsonValue

from incident_mcp.record.incident import STATUSES, Incident, Role, Status
from incident_mcp.text.cleaning import one_line
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.severity import LEVELS, Severity
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.standing import IncidentReply, get_incident, the_incident

SettableStatus = Literal["open", "acknowledged", "mitigated", "resolved"]
"""Closing is a step of its own: it wants a verdict, or a reason."""


async def open_incident(desk: Desk, title: str, severity: Severity | None, by: Actor, alert: str = "") -> IncidentReply:
    """Open an incident; what was seen in the last hour without one is adopted by it. `alert` is what woke somebody."""
    if not title.strip():
        raise BadRequest("An incident needs a title.", 'For example: title "checkout is down".')
    incident = await desk.record.open(one_line(title), by, desk.person)
    if severity is not None:
        await _set_severity(desk, incident.id, severity, "", by)
    incident = await desk.record.incident(incident.id)
    lines = [f"{desk.cluster}: incident {incident.id} is open. Commander: {incident.roles['commander']}."]
    if severity is None:
        lines.append("Severity: not set. Assess first (assess_incident proposes one); a person decides.")
    if alert.strip():
        from incident_mcp.workflow.alert_read import note_alert

        lines.append(await note_alert(desk, incident.id, alert.strip(), by))
    lines += desk.doors_told()
    return IncidentReply(
        cluster=desk.cluster,
        summary=tuple(lines),
        incident=incident.id,
        title=incident.title,
        status=incident.status,
        severity=incident.severity or "",
        roles=incident.roles,
        entry="e1",
    )


async def update_incident(
    desk: Desk,
    by: Actor,
    *,
    incident: str | None,
    severity: Severity | None = None,
    status: SettableStatus | None = None,
    role: Role | None = None,
    name: str | None = None,
    reason: str = "",
) -> IncidentReply:
    """Set severity, status or a role, each as one entry that says who told us.

    Raises `BadRequest`, before anything is written, for a call that sets nothing or goes back without a reason.
    """
    if severity is None and status is None and role is None:
        raise BadRequest("Nothing to update.", "Give severity, status, or role with name.")
    if (role is None) != (name is None):
        raise BadRequest("A role needs a name, and a name a role.", "For example: role scribe, name Ada.")
    found = await the_incident(desk, incident)
    if status is not None:
        _check_way_back(found, status, reason)
    if severity is not None:
        await _set_severity(desk, found.id, severity, reason, by)
    if status is not None:
        await set_status(desk, found, status, reason, by)
    if role is not None and name is not None:
        text = f"{role.capitalize()}: {name}, {_told_by(by)}"
        await desk.record.append(
            found.id, NewEntry(kind=EntryKind.ROLE, text=text, actor=by, data={"role": role, "name": name})
        )
    return await get_incident(desk, by, incident=found.id, entries=5)


async def _set_severity(desk: Desk, incident: str, severity: Severity, reason: str, by: Actor) -> None:
    text = f"Severity {severity} ({LEVELS[severity].description}), {_told_by(by)}" + (f": {reason}" if reason else "")
    data: dict[str, JsonValue] = {
        "severity": severity.value,
        "proposed": False,
        "told_by": _told_by(by),
        "reasons": [reason] if reason else [],
    }
    await desk.record.append(incident, NewEntry(kind=EntryKind.SEVERITY, text=text, actor=by, data=data))


def _told_by(by: Actor) -> str:
    return "as told by the assistant" if by.role == "assistant" else f"set by {by.name}"


async def set_status(desk: Desk, found: Incident, status: Status, reason: str, by: Actor) -> None:
    text = f"Status {status}" + (f": {reason}" if reason else "")
    await desk.record.append(
        found.id, NewEntry(kind=EntryKind.STATUS, text=text, actor=by, data={"status": status, "reason": reason})
    )
    if status in ("resolved", "closed"):  # what was proposed for it is over with it
        await desk.gate.revoke(found.id, f"the incident is {status}.", by)


def _check_way_back(found: Incident, status: Status, reason: str) -> None:
    """A relapse is told, not smoothed over."""
    if STATUSES.index(status) < STATUSES.index(found.status) and not reason.strip():
        raise BadRequest(
            f"Incident {found.id} is {found.status}; going back to {status} needs a reason. Nothing was changed.",
            "Say why, for example: reason relapsed, 1 of 3 ready.",
        )
