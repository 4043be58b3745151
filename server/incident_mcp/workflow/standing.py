"""Where an incident stands: now, or as it was known at an earlier moment.

What was known at a moment is what had been written by then, whenever it happened: hindsight stays out.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from incident_mcp.record.incident import Incident, Status, fold
from incident_mcp.record.plans import WAITING, story
from incident_mcp.text.budget import fitting
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.moments import moment_said
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.deadlines import deadlines, unchanged
from incident_mcp.workflow.debts import debt_lines, review_debts
from incident_mcp.workflow.desk import Desk

LINE = 400
"""Characters of one entry in an answer."""
PLANS = 8
"""The newest plans of an incident are shown; older ones are in the timeline."""
BUDGET = 1200
LARGEST = 6500
"""Tokens for the entries of one answer: by default, and when more are asked for."""
_QUIET = frozenset((EntryKind.LOOK, EntryKind.NOTE))
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
    times: str = ""
    """The durations between the milestones that are known."""
    owed: str | None = None
    plans: tuple[PlanLine, ...] = ()
    timeline: tuple[str, ...] = ()
    more: str = ""


async def get_incident(
    desk: Desk, by: Actor, *, incident: str | None, entries: int = SHOWN, at: str | None = None
) -> IncidentReply:
    """The state of an incident, its plans and its newest entries; with `at`, as the record told it at that moment.

    Raises `BadRequest` when there is no such incident, or it was not open yet.
    """
    from incident_mcp.postmortem.durations import durations  # not needed to list the tools

    found = await the_incident(desk, incident)
    await desk.gate.sweep_expired(found.id, by)
    await desk.gate.reconcile(found.id, by)
    await review_debts(desk, found.id, by)
    moment = moment_said(at, desk.clock()) if at else desk.clock()
    known = [entry for entry in await desk.record.entries(found.id) if not at or entry.written <= moment]
    if not known:
        raise BadRequest(
            f"{desk.cluster}: incident {found.id} was not open at {clock(moment, found.opened)} UTC.",
            f"It was opened at {clock(found.opened, moment)} UTC.",
        )
    told = without_looks(known)
    found = fold(told)
    plans = plan_lines(told, moment)
    newest_first = [_line(entry) for entry in reversed(known[-entries:])]
    shown = fitting(newest_first, BUDGET if entries <= SHOWN else LARGEST).items[::-1]
    asked = f"{desk.cluster}: as the record told it at {clock(moment, desk.clock())} UTC." if at else ""
    return IncidentReply(
        cluster=desk.cluster,
        summary=(*([asked] if asked else []), *state_lines(desk, known, plans, moment)),
        incident=found.id,
        title=found.title,
        status=found.status,
        severity=found.severity or "",
        roles=found.roles,
        times=str(durations(told)),
        plans=tuple(plans[-PLANS:]),
        timeline=shown,
        more=f"{len(shown)} of {len(known)} entries shown; entries={len(known)} shows all."
        if len(shown) < len(known)
        else "",
    )


def state_lines(desk: Desk, known: list[Entry], plans: list[PlanLine], moment: datetime) -> tuple[str, ...]:
    """The incident in a line, then each plan that waits and each deadline."""
    told = without_looks(known)
    found = fold(told)
    severity = f"{found.severity}, {found.severity_told_by}" if found.severity else "severity not set"
    if not found.severity and found.proposed:
        severity += f", {found.proposed} proposed"
    return (
        f"{desk.cluster}: {found.title}: {found.status}, {severity}, opened {clock(found.opened)} UTC.",
        *(f"Plan {plan.id} waits for a person until {plan.until}: {plan.change}" for plan in plans if plan.until),
        *deadlines(told, found, moment),
        *_to_correct(told),
        *debt_lines(told, moment),
        *unchanged(known, moment),
        *_unshared(desk, moment),
    )


def without_looks(known: list[Entry]) -> list[Entry]:
    """Without what is most of a long incident, and changes nothing of how it stands."""
    return [entry for entry in known if entry.kind not in _QUIET or entry.corrects]


def _to_correct(known: list[Entry]) -> Iterator[str]:
    from incident_mcp.communicate.facts import relapsed_after  # not needed to list the tools

    if said := relapsed_after(known):
        yield f"{said} said resolved, and it is not over: post_update drafts the correction."


def _unshared(desk: Desk, now: datetime) -> Iterator[str]:
    if desk.shared and (trouble := desk.shared.trouble):
        yield f"Not shared with the others since {clock(trouble.since, now)} UTC: {trouble.why}"


def plan_lines(known: list[Entry], moment: datetime) -> list[PlanLine]:
    """The plans that these entries tell of, in the state that they tell of."""
    of_plans: dict[tuple[str | None, str], list[Entry]] = defaultdict(list)
    for entry in known:
        if entry.plan:
            of_plans[entry.plan, entry.writer].append(entry)
    plans = (entry for entry in known if entry.kind is EntryKind.PLAN)
    return [_plan_line(entry, of_plans[entry.plan, entry.writer], moment) for entry in plans]


def _plan_line(entry: Entry, of_it: list[Entry], moment: datetime) -> PlanLine:
    """One plan, also one that was made elsewhere: what only its maker keeps is not needed to tell of it."""
    expires = datetime.fromisoformat(str(entry.data["expires"]))
    told = story(of_it, expires, moment)
    waits = told.state in WAITING
    unknown = "unknown: the write may have been sent; look before you act"
    return PlanLine(
        id=entry.plan or "",
        change=str(entry.data["headline"]),
        state=told.state.value,
        until=f"{clock(expires)} UTC" if waits else "",
        outcome=told.outcome_text or (unknown if told.outcome else ""),
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
