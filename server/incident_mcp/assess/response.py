"""Whether somebody has answered in the time that the severity allows.

The clock starts when the incident is opened and stops at the first thing that a person decides.
"""

from collections.abc import Iterable
from datetime import datetime

from incident_mcp.record.acknowledgement import acknowledgement
from incident_mcp.text.words import clock, duration
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.severity import LEVELS, Severity


def response_words(entries: Iterable[Entry], severity: Severity, now: datetime) -> str:
    """`due by 02:29:03 UTC, in 12 min`, `overdue since ...`, `answered after 40 s, in time`.

    Empty without an incident, and where the severity may wait for the next business day.
    """
    known = list(entries)
    opened = next((entry.happened for entry in known if entry.kind is EntryKind.OPENED), None)
    within = LEVELS[severity].response
    if opened is None or within is None:
        return ""
    answer = acknowledgement(known)
    due = opened + within
    if answer is not None:
        answered = answer.happened
        # Nobody can answer in no time at all: *immediately* is kept by an answer within a minute.
        late = (answered - due).total_seconds() > 60
        return f"answered after {duration(answered - opened)}, {'late' if late else 'in time'}"
    if now > due:
        return f"overdue since {clock(due, now)} UTC"
    return f"due by {clock(due, now)} UTC, in {duration(due - now)}"
