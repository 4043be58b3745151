"""Earlier incidents in the record with the same finding on the same object, and what ended them."""

from collections.abc import Iterable, Sequence

from incident_mcp.record.incident import Incident
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.verdict import Verdict
from incident_mcp.workflow.desk import Desk

NEWEST = 50
"""Incidents that are looked through, the newest first."""
SHOWN = 2
_TOLD_BY = (EntryKind.FINDING, EntryKind.OUTCOME, EntryKind.VERDICT)
_Key = tuple[str, str]


async def earlier_incidents(desk: Desk, present: str | None, roots: Iterable[Finding]) -> dict[_Key, tuple[str, ...]]:
    """Lines for each root, by its code and target; the newest incident first. Raises `RecordError`."""
    wanted = {key_of(root) for root in roots}
    found: dict[_Key, tuple[str, ...]] = {}
    for incident in reversed((await desk.record.incidents())[-NEWEST:] if wanted else []):
        if incident.id == present:
            continue
        entries = await desk.record.entries(incident.id, *_TOLD_BY)
        for key in wanted & _roots(entries):
            if len(found.get(key, ())) < SHOWN:
                found[key] = (*found.get(key, ()), earlier_words(incident, entries))
    return found


def key_of(root: Finding) -> _Key:
    return root.code, str(root.target)


def _roots(entries: Sequence[Entry]) -> set[_Key]:
    return {
        (str(entry.data.get("code")), str(entry.data.get("target")))
        for entry in entries
        if entry.kind is EntryKind.FINDING and entry.data.get("root")
    }


def earlier_words(incident: Incident, entries: Sequence[Entry]) -> str:
    """`2026-11-02-checkout-is-down (resolved): roll back ... to 5 (e12), then recovered (e13)`."""
    return f"{incident.id} ({incident.status}): {_fixed_by(entries)}"


def _fixed_by(entries: Sequence[Entry]) -> str:
    """The changes that were carried out, up to the verdict that it was over."""
    recovered = next((at for at, entry in reversed(list(enumerate(entries))) if _recovered(entry)), None)
    until = entries if recovered is None else entries[:recovered]
    applied = [entry for entry in until if entry.kind is EntryKind.OUTCOME and entry.data.get("status") == "applied"]
    if not applied:
        return (
            "it recovered with no change of ours" if recovered is not None else "the record does not say what ended it"
        )
    last = applied[-1]
    before = f" after {len(applied) - 1} other changes" if len(applied) > 1 else ""
    what = f"{plain(str(last.data.get('headline') or last.text), 120)} ({last.id}){before}"
    if recovered is None:
        return f"{what}; no verdict that it helped"
    return f"{what}, then recovered ({entries[recovered].id})"


def _recovered(entry: Entry) -> bool:
    return entry.kind is EntryKind.VERDICT and entry.data.get("verdict") == Verdict.RECOVERED.value
