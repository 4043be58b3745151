"""When somebody answered: the first thing that a person decided after the incident was opened."""

from collections.abc import Iterable

from incident_mcp.vocabulary.entry import Entry, EntryKind

_KINDS = frozenset((EntryKind.SEVERITY, EntryKind.STATUS, EntryKind.DECISION, EntryKind.HAND_OVER))


def acknowledgement(entries: Iterable[Entry]) -> Entry | None:
    """An acknowledgement or another status, a severity that was set, a decision, a hand-over; None: nobody answered."""
    return next((entry for entry in entries if entry.kind in _KINDS and _answers(entry)), None)


def _answers(entry: Entry) -> bool:
    match entry.kind:
        case EntryKind.SEVERITY:
            return not entry.data.get("proposed")
        case EntryKind.STATUS:
            return entry.data.get("status") != "open"
        case _:
            return True
