"""What is due: the answer that the severity demands, and the next word to those who wait for one.

The cadence of updates counts from the last update that went out, else from the opening. A stand-still is told only
where a fresh look stands behind it: silence is no news.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from incident_mcp.assess.response import response_words
from incident_mcp.record.incident import Incident
from incident_mcp.text.words import duration, minute
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.severity import LEVELS

FRESH = timedelta(minutes=2)
"""A look older than this says nothing about now."""
LOOKS = ("assess_incident", "check_health", "diagnose_workload", "verify_fix")
"""Tools whose call is a look at how things are."""
NEWS = (
    EntryKind.IMPACT, EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.FINDING, EntryKind.OUTCOME, EntryKind.VERDICT,
    EntryKind.STATUS, EntryKind.CAUSE, EntryKind.FIX,
)  # fmt: skip


def deadlines(known: Sequence[Entry], incident: Incident, now: datetime) -> Iterator[str]:
    """`Answer overdue since ...`, `Status update due in 4 min`: while the incident is open."""
    severity = incident.severity or incident.proposed
    if severity is None or not incident.is_open:
        return
    response = response_words(known, severity, now)
    if response.startswith(("due", "overdue")):
        yield f"Answer to a {severity} {response}."
    every = LEVELS[severity].update_every
    if every is not None:
        due = _last_word(known, incident) + every
        left = duration(abs(due - now))
        yield f"Status update due in {left}." if due > now else f"Status update overdue by {left}."


def _last_word(known: Sequence[Entry], incident: Incident) -> datetime:
    said = [entry.happened for entry in known if entry.kind is EntryKind.UPDATE and _is_news(entry)]
    return max(said, default=incident.opened)


def _is_news(update: Entry) -> bool:
    """Not what PagerDuty or a tracker was told: that is no word to those who wait."""
    from incident_mcp.communicate.sent import STATUSES  # not needed to list the tools

    return "marker" not in update.data or update.data.get("status") in STATUSES


def unchanged(known: Sequence[Entry], now: datetime) -> Iterator[str]:
    """`No change since 14:20 UTC, checked again 14:38 UTC`, from a fresh look that brought nothing new."""
    looks = [entry for entry in known if entry.kind is EntryKind.LOOK and entry.tool in LOOKS]
    news = [entry for entry in known if entry.kind in NEWS and not entry.data.get("tells")]
    if not looks or not news or abs(now - looks[-1].written) > FRESH:  # a look of the future: the clock was set back
        return
    before = [entry for entry in looks[:-1] if entry.written >= news[-1].written]
    if before:
        unseen = looks[-1].data.get("not_checked")
        though = f" (not checked: {len(unseen)})" if isinstance(unseen, list) and unseen else ""
        yield f"No change since {minute(news[-1].written)}, checked again {minute(looks[-1].written)}{though}."
