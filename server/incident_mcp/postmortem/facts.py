"""What a postmortem may say, read from the entries of one incident: pure, typed, each statement with its entries.

Entries that a later one corrects are left out; the correction stands in their place and names them. So are notes of the
assistant that claim what no entry shows.
"""

from collections.abc import Sequence
from datetime import datetime

from incident_mcp.postmortem.cause import root_cause
from incident_mcp.postmortem.changes import plans_told
from incident_mcp.postmortem.claims import hollow_notes
from incident_mcp.postmortem.corrections import uncorrected
from incident_mcp.postmortem.follow_ups import action_items
from incident_mcp.postmortem.markdown import safe
from incident_mcp.postmortem.milestones import Milestones, milestones
from incident_mcp.postmortem.minutes import minutes
from incident_mcp.postmortem.open_questions import open_questions
from incident_mcp.postmortem.review import went_poorly, went_well
from incident_mcp.postmortem.statement import Line, Statement, quoted, state, who
from incident_mcp.postmortem.summary import impact, length, severity
from incident_mcp.postmortem.timeline import is_lesson, timeline
from incident_mcp.record.incident import fold
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.refs import Cluster
from incident_mcp.vocabulary.value import Value


class Facts(Value):
    """The postmortem before it is a text."""

    incident: str
    title: str
    cluster: Cluster
    opened: datetime
    duration: Statement
    minutes: Statement
    severity: Statement
    impact: tuple[Statement, ...]
    timeline: tuple[Line, ...]
    cause: tuple[Statement, ...]
    well: tuple[Statement, ...]
    poorly: tuple[Statement, ...]
    actions: tuple[Statement, ...]
    notes: tuple[Statement, ...]
    questions: tuple[Statement, ...]
    first: str
    last: str
    head: str
    """The hash of the last entry: with it, this file proves what the record was when it was written."""


def facts(entries: Sequence[Entry]) -> Facts:
    """Read the entries of one incident, in order; the first opened it."""
    told = fold(list(entries))
    hollow = hollow_notes(entries)
    live = [entry for entry in uncorrected(entries) if entry.id not in hollow]
    plans = plans_told(live)
    marks = milestones(live, plans)
    return Facts(
        incident=told.id,
        title=safe(told.title),
        cluster=told.cluster,
        opened=told.opened,
        duration=length(marks),
        minutes=minutes(live, plans, marks),
        severity=severity(live, told.opened),
        impact=impact(live),
        timeline=timeline(live, plans, marks),
        cause=root_cause(live, marks),
        well=went_well(live, marks),
        poorly=went_poorly(live, plans, marks),
        actions=action_items(live, plans, marks),
        notes=_notes(live, marks),
        questions=open_questions(live, plans, marks),
        first=entries[0].id,
        last=entries[-1].id,
        head=entries[-1].hash,
    )


def _notes(entries: Sequence[Entry], marks: Milestones) -> tuple[Statement, ...]:
    notes = [entry for entry in entries if entry.kind is EntryKind.NOTE and is_lesson(entry, marks)]
    return tuple(state(f"Note by {who(note.actor)}: {quoted(note.text)}", *_behind(note, entries)) for note in notes)


def _behind(note: Entry, entries: Sequence[Entry]) -> list[Entry]:
    cites = note.data.get("cites")
    names = [note.id, *(cites if isinstance(cites, list) else [])]
    return [entry for entry in entries if entry.id in names]
