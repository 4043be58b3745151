"""What an incident's record knows of its targets, for whoever proposes a change to them."""

from incident_mcp.vocabulary.action import Known
from incident_mcp.vocabulary.entry import Entry, EntryKind


def known_of(entries: list[Entry]) -> Known:
    """Errors that were seen, and revisions that failed or were rolled away, by target."""
    errors = {
        str(entry.data["target"]): str(entry.data["pattern"])
        for entry in entries
        if entry.kind is EntryKind.EVIDENCE and entry.data.get("pattern")
    }
    failed: dict[str, tuple[int, ...]] = {}
    for target, number in (*_rolled_out(entries), *_rolled_away(entries)):
        failed[target] = (*failed.get(target, ()), number)
    opened = entries[0].happened if entries and entries[0].kind is EntryKind.OPENED else None
    return Known(errors=errors, failed=failed, opened=opened, incident=entries[0].incident if entries else None)


def _rolled_out(entries: list[Entry]) -> list[tuple[str, int]]:
    """The rollouts that an assessment named beside a cause on the same target."""
    causes = {str(entry.data.get("target")) for entry in entries if entry.kind is EntryKind.FINDING}
    changes = [e for e in entries if e.kind is EntryKind.CHANGE and str(e.data.get("target")) in causes]
    return [
        (str(entry.data["target"]), number)
        for entry in changes
        if isinstance(number := entry.data.get("revision_after"), int)
    ]


def _went_out(outcome: Entry) -> bool:
    return outcome.data.get("status") in ("applied", "applied in part", "unknown")


def _rolled_away(entries: list[Entry]) -> list[tuple[str, int]]:
    """What an applied rollback of ours left: the undo recipe in its intent names it."""
    applied = {e.plan: e.data.get("target") for e in entries if e.kind is EntryKind.OUTCOME and _went_out(e)}
    found: list[tuple[str, int]] = []
    for entry in entries:
        undo = entry.data.get("undo")
        if entry.kind is not EntryKind.INTENT or entry.plan not in applied or not isinstance(undo, dict):
            continue
        arguments = undo.get("arguments")
        number = arguments.get("revision") if isinstance(arguments, dict) else None
        if isinstance(number, int):
            found.append((str(applied[entry.plan]), number))
    return found
