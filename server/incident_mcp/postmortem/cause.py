"""The root cause as the record holds it: the proposed causes, the signs they rest on, and what changed before."""

from collections.abc import Iterator, Sequence

from incident_mcp.postmortem.markdown import paragraph
from incident_mcp.postmortem.milestones import Milestones, first_said
from incident_mcp.postmortem.statement import Statement, said, state, words
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.entry import Entry, EntryKind


def root_cause(entries: Sequence[Entry], marks: Milestones) -> tuple[Statement, ...]:
    """Facts first said, first told; whether they explain the incident is a person's word, and the text says so."""
    if not marks.causes and not marks.told_causes:
        return (state("Open: the record holds no cause"),)
    return (*_causes(marks), *_signs(entries), *_changes(entries, marks), *_standing(marks))


def _causes(marks: Milestones) -> Iterator[Statement]:
    for cause in marks.causes:
        yield state(paragraph(words(cause)), cause)


def _signs(entries: Sequence[Entry]) -> Iterator[Statement]:
    """What was seen; not what was saved before a change."""
    for entry in first_said([one for one in entries if one.kind is EntryKind.EVIDENCE and one.plan is None]):
        yield state(f"Seen: {words(entry)}", entry)


def _changes(entries: Sequence[Entry], marks: Milestones) -> Iterator[Statement]:
    for change in changes_before(entries, marks):
        yield state(f"Before it, at {clock(change.happened, marks.opened.happened)} UTC: {words(change)}", change)


def changes_before(entries: Sequence[Entry], marks: Milestones) -> tuple[Entry, ...]:
    """Changes that were there when it began, or when it was detected where no onset is known."""
    return tuple(entry for entry in entries if entry.kind is EntryKind.CHANGE and entry.happened <= marks.began)


def _standing(marks: Milestones) -> Iterator[Statement]:
    for told in marks.told_causes:
        confirms = f", confirming {told.data['confirms']}" if "confirms" in told.data else ""
        yield state(f"As told by {said(told)}{confirms}", told)
    if marks.told_causes or not marks.causes:
        return
    if len(marks.causes) > 1:
        text = f"These are {len(marks.causes)} proposals of the product; which of them it was, nobody has confirmed"
    else:
        text = "This is the product's proposal; nobody has confirmed it"
    yield state(text, *marks.causes)
