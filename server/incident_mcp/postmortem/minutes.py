"""Where the minutes went: waiting for a person, for the cluster, for a look of ours; the rest nobody wrote down.

A moment counts once, for the first of these that fits, so the parts sum to the whole. What the record can't explain is
called that: it was thinking, talking, or work outside of the tools.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from incident_mcp.postmortem.changes import PlanTold
from incident_mcp.postmortem.milestones import Milestones
from incident_mcp.postmortem.statement import Statement, state
from incident_mcp.text.words import spelled
from incident_mcp.vocabulary.entry import Entry, EntryKind

Span = tuple[datetime, datetime]


def minutes(entries: Sequence[Entry], plans: Sequence[PlanTold], marks: Milestones) -> Statement:
    """From the opening to the resolution, or to the last entry of an incident that is not over."""
    begin, last = marks.opened.happened, marks.resolution or entries[-1]
    end = max(last.happened, begin)
    parts = (
        ("waiting for a person", _persons(plans)),
        ("waiting for the cluster", [*_writes(plans), *_measured(entries, EntryKind.VERDICT)]),
        ("looking", _measured(entries, EntryKind.LOOK)),
    )
    whole = end - begin
    counted: list[Span] = []
    words: list[str] = []
    for name, spans in parts:
        before = _told(_total(counted), whole)
        counted = _joined([*counted, *_within(spans, begin, end)])
        if added := _told(_total(counted), whole) - before:
            words.append(f"{spelled(added)} {name}")
    if rest := _told(whole, whole) - _told(_total(counted), whole):
        words.append(f"{spelled(rest)} that the record does not explain")
    return state(f"{spelled(whole)} from the opening: {', '.join(words) or 'nothing'}", marks.opened, last)


def _told(span: timedelta, whole: timedelta) -> timedelta:
    """Rounded as the whole is told, so that what is shown sums up too: seconds, or minutes from an hour on."""
    unit = 1 if whole < timedelta(hours=1) else 60
    return timedelta(seconds=round(span.total_seconds() / unit) * unit)


def _persons(plans: Sequence[PlanTold]) -> Iterator[Span]:
    for answer in (answer for plan in plans for answer in plan.answers):
        yield _ending(answer)


def _writes(plans: Sequence[PlanTold]) -> Iterator[Span]:
    for plan in plans:
        if plan.intent and plan.outcome:
            yield plan.intent.happened, plan.outcome.happened


def _measured(entries: Sequence[Entry], kind: EntryKind) -> Iterator[Span]:
    yield from (_ending(entry) for entry in entries if entry.kind is kind)


def _ending(entry: Entry) -> Span:
    """The seconds that an entry says it took, up to it."""
    seconds = entry.data.get("seconds")
    took = timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) and seconds > 0 else timedelta()
    return entry.happened - took, entry.happened


def _within(spans: Iterable[Span], begin: datetime, end: datetime) -> Iterator[Span]:
    for start, stop in spans:
        if (start := max(start, begin)) < (stop := min(stop, end)):
            yield start, stop


def _joined(spans: list[Span]) -> list[Span]:
    """The same moments as spans that do not overlap."""
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(stop, joined[-1][1])
        else:
            joined.append((start, stop))
    return joined


def _total(spans: list[Span]) -> timedelta:
    return sum((stop - start for start, stop in spans), timedelta())
