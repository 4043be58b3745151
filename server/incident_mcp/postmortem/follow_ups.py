"""Action items: what the findings and the incident's course ask for. Proposals, with nobody's name on them yet."""

from collections.abc import Iterator, Sequence

from incident_mcp.postmortem.cause import changes_before
from incident_mcp.postmortem.changes import PlanTold
from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.milestones import Milestones
from incident_mcp.postmortem.review import risky_share
from incident_mcp.postmortem.statement import Statement, state
from incident_mcp.record.debts import debts, owner
from incident_mcp.vocabulary.entry import Entry, EntryKind


def action_items(entries: Sequence[Entry], plans: Sequence[PlanTold], marks: Milestones) -> tuple[Statement, ...]:
    """Each once: the causes first, then how it could spread, then loose ends."""
    found = [*_causes(marks), *_repair(marks), *_spread(entries, marks), *_loose_ends(plans), *_left_behind(entries)]
    found += _filed(entries)
    return tuple({one.text: one for one in reversed(found)}.values())[::-1]


def _causes(marks: Milestones) -> Iterator[Statement]:
    for cause in marks.causes:
        proposed = cause.data.get("follow_up")
        for text in proposed if isinstance(proposed, list) else [proposed]:
            if text:
                yield state(safe(str(text)).rstrip("."), cause)


def _repair(marks: Milestones) -> Iterator[Statement]:
    """What was rolled back or carried by more replicas still has its fault, unless a finding says what to do."""
    plan = marks.mitigation
    if plan is None or any(cause.data.get("follow_up") for cause in marks.causes):
        return
    action = str(plan.plan.data.get("action")) if plan.plan else ""
    if action == "rollback_workload":
        yield state(f"Repair {plan.fact('before') or 'what was rolled back'} before it ships again", plan.plan)
    else:
        yield state(f"Repair the cause, and decide whether this stays: {plan.headline}", plan.plan)


def _spread(entries: Sequence[Entry], marks: Milestones) -> Iterator[Statement]:
    for change in changes_before(entries, marks):
        if risky_share(change):
            target = safe(str(change.data.get("target", "the workload")))
            yield state(f"Set maxUnavailable below {risky_share(change)} on {target}", change)


def _loose_ends(plans: Sequence[PlanTold]) -> Iterator[Statement]:
    for plan in plans:
        if plan.status == "unknown":
            yield state(f"Find out whether plan {plan.id} was carried out: {plan.headline}", plan.intent, plan.outcome)


def _filed(entries: Sequence[Entry]) -> Iterator[Statement]:
    """What stands in a tracker already, with its address."""
    for entry in entries:
        if entry.kind is EntryKind.UPDATE and entry.data.get("status") == "filed":
            title = str(entry.data.get("text")).partition("\n")[0]
            yield state(
                f"Filed as {safe(str(entry.data.get('id')))}: {safe(title)} {safe(str(entry.data.get('url')))}", entry
            )


def _left_behind(entries: Sequence[Entry]) -> Iterator[Statement]:
    for debt in debts(entries):
        first = next(entry for entry in entries if entry.id == debt.id)
        yield state(f"Take back or keep on purpose: {safe(debt.what)} ({safe(owner(debt, entries))})", first)
