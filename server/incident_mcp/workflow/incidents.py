"""The life of an incident: open it, say what is known, read where it stands."""

from typing import Literal

from pydantic import JsonValue

from incident_mcp.record.incident import Incident, Role, Status
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.text.budget import fitting
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.moments import moment_said
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.severity import LEVELS, Severity
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk

LINE = 400
"""Characters of one entry in an answer."""
NoteKind = Literal["note", "decision", "impact", "onset"]
PLANS = 8
"""The newest plans of an incident are shown; older ones are in the timeline."""
BUDGET = 1200
LARGEST = 6500
"""Tokens for the entries of one answer: by default, and when more are asked for."""
SHOWN = 30
"""How many of the newest entries an answer holds before somebody asks for more."""


class PlanLine(Value):
    """A plan and what became of it."""

    id: str
    change: str
    state: str
    until: str = ""
    outcome: str = ""


class IncidentReply(Reply):
    """Where an incident stands."""

    title: str = ""
    status: Status = "open"
    severity: str = ""
    roles: dict[str, str] = {}
    plans: tuple[PlanLine, ...] = ()
    timeline: tuple[str, ...] = ()
    more: str = ""


async def open_incident(desk: Desk, title: str, severity: Severity | None, by: Actor) -> IncidentReply:
    """Open an incident; what was seen in the last hour without one is adopted by it."""
    if not title.strip():
        raise BadRequest("An incident needs a title.", 'For example: title "checkout is down".')
    incident = await desk.record.open(one_line(title), by, desk.person)
    if severity is not None:
        await _set_severity(desk, incident.id, severity, "", by)
    incident = await desk.record.incident(incident.id)
    lines = [f"{desk.cluster}: incident {incident.id} is open. Commander: {incident.roles['commander']}."]
    if severity is None:
        lines.append("Severity: not set. Assess first (assess_incident proposes one); a person decides.")
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
    status: Status | None = None,
    role: Role | None = None,
    name: str | None = None,
    reason: str = "",
) -> IncidentReply:
    """Set severity, status or a role, each as one entry that says who told us."""
    if severity is None and status is None and role is None:
        raise BadRequest("Nothing to update.", "Give severity, status, or role with name.")
    if (role is None) != (name is None):
        raise BadRequest("A role needs a name, and a name a role.", "For example: role scribe, name Ada.")
    found = await the_incident(desk, incident)
    if severity is not None:
        await _set_severity(desk, found.id, severity, reason, by)
    if status is not None:
        text = f"Status {status}" + (f": {reason}" if reason else "")
        await desk.record.append(
            found.id,
            NewEntry(kind=EntryKind.STATUS, text=text, actor=by, data={"status": status, "reason": reason}),
        )
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


async def record_entry(
    desk: Desk, by: Actor, *, incident: str | None, kind: NoteKind, text: str, why: str = "", at: str | None = None
) -> Reply:
    """Add what a person or the assistant says: a note, a decision with its why, impact or onset as people report it."""
    if not text.strip():
        raise BadRequest("An entry needs a text.", "Say in one sentence what happened or was decided.")
    happened = moment_said(at, desk.clock()) if at else None
    found = await desk.incident_id(incident)
    match kind:
        case "note":
            new = NewEntry(kind=EntryKind.NOTE, text=text, actor=by, happened=happened)
        case "decision":
            new = NewEntry(kind=EntryKind.DECISION, text=text, actor=by, happened=happened, data={"why": why})
        case "impact" | "onset":
            new = NewEntry(kind=EntryKind.REPORT, text=text, actor=by, happened=happened, data={"about": kind})
    entry = await desk.record.append(found, new)
    where = f"incident {found}" if found else "unassigned, for the next open_incident to adopt"
    return Reply(
        cluster=desk.cluster,
        summary=(f"Recorded as {entry.id} ({where}).",),
        incident=found,
        entry=entry.id,
    )


async def get_incident(desk: Desk, by: Actor, *, incident: str | None, entries: int = SHOWN) -> IncidentReply:
    """The state of an incident, its plans and its newest entries."""
    found = await the_incident(desk, incident)
    await desk.gate.sweep_expired(found.id, by)
    lines = await desk.record.entries(found.id)
    plans = [await _plan_line(desk, entry) for entry in lines if entry.kind is EntryKind.PLAN and entry.plan]
    newest_first = [_line(entry) for entry in reversed(lines[-entries:])]
    part = fitting(newest_first, BUDGET if entries <= SHOWN else LARGEST)
    shown = part.items[::-1]
    return IncidentReply(
        cluster=desk.cluster,
        summary=_state_lines(desk, found, plans),
        incident=found.id,
        title=found.title,
        status=found.status,
        severity=found.severity or "",
        roles=found.roles,
        plans=tuple(plans[-PLANS:]),
        timeline=shown,
        more=f"{len(shown)} of {len(lines)} entries shown; entries={len(lines)} shows all."
        if len(shown) < len(lines)
        else "",
    )


def _state_lines(desk: Desk, found: Incident, plans: list[PlanLine]) -> tuple[str, ...]:
    severity = f"{found.severity}, {found.severity_told_by}" if found.severity else "severity not set"
    if not found.severity and found.proposed:
        severity += f", {found.proposed} proposed"
    lines = [f"{desk.cluster}: {found.title}: {found.status}, {severity}, opened {clock(found.opened)} UTC."]
    lines += [f"Plan {plan.id} waits for a person until {plan.until}: {plan.change}" for plan in plans if plan.until]
    return tuple(lines)


async def _plan_line(desk: Desk, entry: Entry) -> PlanLine:
    plan, told = await desk.gate.plan(str(entry.plan))
    return plan_line(plan, told)


def plan_line(plan: Plan, told: PlanStory) -> PlanLine:
    """A plan in one line; `until` only while it still waits."""
    waits = told.state in (PlanState.PENDING, PlanState.APPROVED)
    return PlanLine(
        id=plan.id,
        change=plan.draft.headline,
        state=told.state.value,
        until=f"{clock(plan.expires)} UTC" if waits else "",
        outcome=told.outcome_text
        or ("unknown: the write may have been sent; look before you act" if told.outcome else ""),
    )


def _line(entry: Entry) -> str:
    return f"{entry.id} {clock(entry.happened)} {one_line(entry.text, LINE)}"


async def the_incident(desk: Desk, name: str | None) -> Incident:
    """The named incident, else the only open one, else the last one. Raises `BadRequest` when there is none."""
    found = await desk.record.current(name)
    if found is None:
        ended = await desk.record.incidents()
        found = ended[-1] if ended else None
    if found is None:
        raise BadRequest(
            f"{desk.cluster}: no incident has been opened.", "open_incident opens one; its title is enough."
        )
    return found
