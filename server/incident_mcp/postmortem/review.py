"""What went well and what went poorly: only what durations, failed steps and gaps in the record show."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from incident_mcp.postmortem.cause import changes_before
from incident_mcp.postmortem.changes import PlanTold
from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.milestones import Milestones
from incident_mcp.postmortem.statement import Statement, state, words
from incident_mcp.text.words import spelled
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.verdict import Kept, Verdict

SOON = timedelta(minutes=5)
"""The seed's first phase: detected or explained later than this is told under *poorly*."""
LONG_WAIT = timedelta(minutes=5)
RISKY_PERCENT = 50

NOTHING = Statement(text="The record shows nothing to list here.")


def went_well(entries: Sequence[Entry], marks: Milestones) -> tuple[Statement, ...]:
    found = [one for well, one in _durations(marks) if well]
    if marks.mitigation and _held_at_once(entries, marks):
        found.append(state("The first change that was carried out held", *marks.mitigation.entries, marks.resolution))
    return tuple(found) or (NOTHING,)


def went_poorly(entries: Sequence[Entry], plans: Sequence[PlanTold], marks: Milestones) -> tuple[Statement, ...]:
    found = [
        *(one for well, one in _durations(marks) if not well),
        *_all_at_once(entries, marks),
        *_steps(plans, marks),
        *_verdicts(entries),
        *_unseen(entries),
    ]
    return tuple(found) or (NOTHING,)


def _durations(marks: Milestones) -> Iterator[tuple[bool, Statement]]:
    opened, plan, over = marks.opened, marks.mitigation, marks.resolution
    if marks.onset and marks.onset.happened <= opened.happened:
        span = opened.happened - marks.onset.happened
        yield span <= SOON, state(f"From onset to detection: {spelled(span)}", marks.onset, opened)
    if plan and plan.outcome and _sent(plan) >= opened.happened:
        span = _sent(plan) - opened.happened
        person = f", of which {plan.waited.total_seconds():.0f} waiting for a person" if plan.answers else ""
        text = f"From detection to mitigation: {spelled(span)}{person}"
        yield plan.waited <= LONG_WAIT, state(text, opened, *plan.entries)
        if over and over.happened >= _sent(plan):
            text = f"From mitigation to resolution: {spelled(over.happened - _sent(plan))}"
            yield True, state(text, plan.outcome, over)


def _sent(plan: PlanTold) -> datetime:
    assert plan.outcome is not None  # noqa: S101 - only asked of plans that were carried out
    return plan.outcome.happened


def _held_at_once(entries: Sequence[Entry], marks: Milestones) -> bool:
    worse = any(entry.data.get("verdict") == Verdict.NOT_RECOVERED for entry in _of(entries, EntryKind.VERDICT))
    judged = marks.resolution is not None and marks.resolution.kind is EntryKind.VERDICT
    earned = marks.resolution is not None and marks.resolution.data.get("promise") != Kept.BETTER_BEFORE
    return judged and earned and not worse and len(marks.applied) == 1


def _all_at_once(entries: Sequence[Entry], marks: Milestones) -> Iterator[Statement]:
    for change in changes_before(entries, marks):
        share = risky_share(change)
        if share:
            target = safe(str(change.data.get("target", "the workload")))
            yield state(
                f"The rollout of {target} could take {share} of its replicas down at once (maxUnavailable)", change
            )


def risky_share(change: Entry) -> str:
    """maxUnavailable of a rollout where it is half or more; empty otherwise, and where it is a bare number."""
    share = str(change.data.get("max_unavailable") or "")
    percent = re.fullmatch(r"(\d{1,3})%", share)
    return share if percent and int(percent.group(1)) >= RISKY_PERCENT else ""


def _steps(plans: Sequence[PlanTold], marks: Milestones) -> Iterator[Statement]:
    for plan in plans:
        if plan.status == "unknown":
            yield state(f"What became of plan {plan.id} ({plan.headline}) is not known", plan.intent, plan.outcome)
        if plan.status == "aborted":
            yield state(f"Plan {plan.id} ({plan.headline}) turned out bad and was put back by itself", plan.outcome)
        if plan.status == "not applied" and plan.approval:
            yield state(f"Plan {plan.id} ({plan.headline}) was approved and could not be applied", plan.outcome)
        if plan.question and not plan.answers:
            yield state(
                f"The question for plan {plan.id} ({plan.headline}) was never answered", plan.question, plan.outcome
            )
    for earlier, later in marks.undone:
        yield state(
            f"Plan {earlier.id} ({earlier.headline}) was undone by plan {later.id}", earlier.outcome, later.outcome
        )


def _verdicts(entries: Sequence[Entry]) -> Iterator[Statement]:
    for entry in _of(entries, EntryKind.VERDICT):
        if entry.data.get("verdict") == Verdict.NOT_RECOVERED:
            yield state(f"Not recovered when it was checked: {words(entry)}", entry)
        said = str(entry.data.get("promise"))
        if said in _NO_CREDIT:
            yield state(_NO_CREDIT[said].format(safe(str(entry.data.get("of_plan", "")))), entry)


_NO_CREDIT: dict[str, str] = {
    Kept.BETTER_BEFORE: "It was better before plan {} was carried out: it healed by itself, the change gets no credit",
    Kept.NOT_AS_PROMISED: "Plan {} did not do what it promised in the time that it promised",
    Kept.CANT_TELL: "Whether plan {} did what it promised could not be told",
}


def _unseen(entries: Sequence[Entry]) -> Iterator[Statement]:
    """What the first look that missed it could not see."""
    unseen: dict[str, Entry] = {}
    for entry in _of(entries, EntryKind.LOOK):
        missed = entry.data.get("not_checked")
        for one in missed if isinstance(missed, list) else []:
            unseen.setdefault(safe(f"{one['what']} ({one['why']})" if isinstance(one, dict) else str(one)), entry)
    for what, entry in unseen.items():
        yield state(f"Could not be checked: {what}", entry)


def _of(entries: Sequence[Entry], kind: EntryKind) -> list[Entry]:
    return [entry for entry in entries if entry.kind is kind]
