"""What a change of ours left behind that somebody must see to: who owes it, and until when. Read from the entries.

The owner is the incident's commander until somebody takes it, so a hand-over hands it over too.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incident_mcp.record.incident import fold
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value


class Debt(Value):
    """One that is not settled. `id` is its first entry's."""

    id: str
    what: str
    """`Node node-2 is cordoned`."""
    due: datetime
    plan: str
    number: int
    """Of the plan's write that left it, from 1."""
    owner: str = ""
    """Who took it; empty: nobody did."""


def debts(entries: Sequence[Entry]) -> tuple[Debt, ...]:
    """Those that are open, the one that is due first in front."""
    found: dict[str, Debt] = {}
    for entry in entries:
        if entry.kind is not EntryKind.DEBT:
            continue
        of = str(entry.data.get("of", ""))
        match entry.data.get("state"):
            case "owed":
                found[entry.id] = _of(entry)
            case "taken" if of in found:
                found[of] = found[of].model_copy(update={"owner": str(entry.data["owner"])})
            case "settled":
                found.pop(of, None)
            case _:
                pass
    return tuple(sorted(found.values(), key=lambda one: one.due))


def noted(entries: Iterable[Entry]) -> set[tuple[str, int]]:
    """The writes (plan and number) that the record holds a debt of, settled or not."""
    owed = [entry for entry in entries if entry.kind is EntryKind.DEBT and entry.data.get("state") == "owed"]
    return {(str(entry.plan), int(str(entry.data["number"]))) for entry in owed}


def owner(debt: Debt, entries: Sequence[Entry]) -> str:
    """Whoever took it, else the commander as these entries tell it."""
    return debt.owner or fold(list(entries)).roles["commander"]


def _of(entry: Entry) -> Debt:
    return Debt(
        id=entry.id,
        what=str(entry.data["what"]),
        due=datetime.fromisoformat(str(entry.data["due"])),
        plan=str(entry.plan),
        number=int(str(entry.data["number"])),
    )
