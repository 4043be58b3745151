"""The summary's lines: how long, how bad, and who was hurt, each as the record tells it."""

from collections.abc import Sequence
from datetime import datetime

from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.milestones import Milestones, first_said
from incident_mcp.postmortem.statement import Statement, quoted, state, who, words
from incident_mcp.text.words import clock, hours_and_minutes, listed
from incident_mcp.vocabulary.entry import Entry, EntryKind


def length(marks: Milestones) -> Statement:
    """From the onset, or from detection where no onset is known, to the end; open while there is none."""
    day, start, end = marks.opened.happened, marks.onset or marks.opened, marks.resolution
    since = "" if marks.onset else "detected "
    told = ", the onset as told" if marks.onset and marks.onset.kind is EntryKind.REPORT else ""
    unknown = "" if marks.onset else "; the onset is not known"
    if end is None or end.happened < start.happened:
        return state(f"open; {since or 'since '}{clock(start.happened, day)} UTC{told}{unknown}", start)
    span = f"{since}{clock(start.happened, day)} to {clock(end.happened, day)} UTC{told}{unknown}"
    return state(f"{hours_and_minutes(end.happened - start.happened)} ({span})", start, end)


def severity(entries: Sequence[Entry], day: datetime) -> Statement:
    """The last one that was set; a proposal that nobody took up is told as that."""
    told = [entry for entry in entries if entry.kind is EntryKind.SEVERITY]
    last_set = next((entry for entry in reversed(told) if not entry.data.get("proposed")), None)
    if last_set is not None:
        by = safe(str(last_set.data.get("told_by") or f"set by {who(last_set.actor)}"))
        return state(f"{_level(last_set)} at {clock(last_set.happened, day)}, {by}", last_set)
    if told:
        reasons = told[-1].data.get("reasons")
        because = f" ({safe(listed([str(one) for one in reasons]))})" if isinstance(reasons, list) and reasons else ""
        return state(f"open; {_level(told[-1])} was proposed{because}, and nobody set it", told[-1])
    return state("open; nobody set it")


def _level(entry: Entry) -> str:
    return safe(str(entry.data.get("severity", "")))


def impact(entries: Sequence[Entry]) -> tuple[Statement, ...]:
    """What was measured, then what people reported, marked as theirs."""
    measured = first_said([entry for entry in entries if entry.kind is EntryKind.IMPACT])
    found = [state(words(entry), entry) for entry in measured]
    for entry in entries:
        if entry.kind is EntryKind.REPORT and entry.data.get("about") == "impact":
            found.append(state(f"as told by {who(entry.actor)}, not measured: {quoted(entry.text)}", entry))
    return tuple(found) or (state("open; the record does not say who was hurt"),)
