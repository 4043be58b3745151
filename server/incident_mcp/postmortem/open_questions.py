"""What the record does not know, as questions for the review. A gap that is asked about is not filled by a guess."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from incident_mcp.postmortem.cause import changes_before
from incident_mcp.postmortem.changes import PlanTold
from incident_mcp.postmortem.milestones import Milestones
from incident_mcp.postmortem.statement import Statement, state
from incident_mcp.text.words import clock, duration
from incident_mcp.vocabulary.entry import Entry, EntryKind

SET_BACK = timedelta(seconds=5)
"""A clock that is kept by the network steps back by less."""


def open_questions(entries: Sequence[Entry], plans: Sequence[PlanTold], marks: Milestones) -> tuple[Statement, ...]:
    return (
        *_about_the_cause(entries, marks),
        *_about_the_course(entries, marks),
        *_about_plans(entries, plans),
        *_about_the_clock(entries),
    )


def _about_the_cause(entries: Sequence[Entry], marks: Milestones) -> Iterator[Statement]:
    if marks.told_causes:
        pass
    elif not marks.causes:
        yield state("what caused it? The record holds no cause.")
    elif len(marks.causes) > 1:
        yield state("which of the proposed causes was it? Nobody has said so in the record.", *marks.causes)
    else:
        yield state("was this the cause? Nobody has confirmed it in the record.", *marks.causes)
    for change in changes_before(entries, marks) if marks.causes else ():
        when = clock(change.happened, marks.opened.happened)
        yield state(f"what checked the change of {when} before it went out? The record does not say.", change)


def _about_the_course(entries: Sequence[Entry], marks: Milestones) -> Iterator[Statement]:
    kinds = {entry.kind for entry in entries}
    if marks.onset is None:
        yield state("when did it begin? The record holds no first sign.")
    if marks.resolution is None:
        yield state("did it recover, and when? The record holds no verdict that it did.")
    elif marks.resolution.kind is EntryKind.STATUS:
        yield state("what showed that it had recovered? No verdict stands behind it.", marks.resolution)
    if not any(entry.kind is EntryKind.SEVERITY and not entry.data.get("proposed") for entry in entries):
        yield state("how severe was it? Nobody set a severity.")
    if EntryKind.IMPACT not in kinds:
        yield state("who was hurt, and how? The record holds no measured impact.")


def _about_plans(entries: Sequence[Entry], plans: Sequence[PlanTold]) -> Iterator[Statement]:
    for plan in plans:
        declined = next((answer for answer in plan.answers if answer.data.get("said") == "declined"), None)
        if declined and not _explained(declined, entries):
            yield state(f"why was plan {plan.id} ({plan.headline}) declined? The record does not say.", declined)
        if plan.status == "unknown":
            yield state(f"was plan {plan.id} ({plan.headline}) carried out?", plan.intent, plan.outcome)
        if plan.question and not plan.answers:
            yield state(f"why did nobody answer the question for plan {plan.id}?", plan.question)


def _about_the_clock(entries: Sequence[Entry]) -> Iterator[Statement]:
    """A writer's entries stand in the order in which they were written, whatever its clock said."""
    last: dict[str, Entry] = {}
    for entry in entries:
        before = last.get(entry.writer)
        if before and before.written - entry.written > SET_BACK:
            back = duration(before.written - entry.written)
            yield state(f"when was it really? The clock went back by {back} between these entries.", before, entry)
        last[entry.writer] = entry


def _explained(declined: Entry, entries: Sequence[Entry]) -> bool:
    """A decision or a note came after it."""
    return any(
        entry.kind in (EntryKind.DECISION, EntryKind.NOTE) and entry.written >= declined.written for entry in entries
    )
