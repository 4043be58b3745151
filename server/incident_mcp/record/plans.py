"""What became of a plan, as its entries tell it: the gate's whole state, read from the journal, kept nowhere else."""

from datetime import datetime
from enum import StrEnum

from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value


class PlanState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """The facts moved, so a newer plan took its place."""
    SPENT = "spent"
    """Its one use was taken: the outcome says what came of it, or that nobody knows."""


class PlanStory(Value):
    """One plan's life so far. `approval` is the id of the entry with the accepted answer."""

    state: PlanState
    incident: str | None = None
    asked: datetime | None = None
    answers: int = 0
    approval: str = ""
    approved_at: datetime | None = None
    outcome: str = ""
    outcome_text: str = ""
    spent_at: datetime | None = None
    settled: bool = False
    """The outcome was told from the cluster, after a crash or a lost answer: there is no more to find out."""


def story(entries: list[Entry], expires: datetime, now: datetime) -> PlanStory:
    """Fold a plan's entries. A plan past its end that nobody approved or spent is expired."""
    state: dict[str, object] = {"state": PlanState.PENDING}
    for entry in entries:
        _apply(state, entry)
    if state["state"] in (PlanState.PENDING, PlanState.APPROVED) and now >= expires:
        state["state"] = PlanState.EXPIRED
    return PlanStory.model_validate(state)


def _apply(state: dict[str, object], entry: Entry) -> None:
    match entry.kind:
        case EntryKind.PLAN:
            state["incident"] = entry.incident or state.get("incident")
        case EntryKind.QUESTION:
            state["asked"] = entry.written
        case EntryKind.ANSWER:
            _apply_answer(state, entry)
        case EntryKind.INTENT:
            state["state"] = PlanState.SPENT
            state |= {"outcome": "unknown", "spent_at": entry.written}
        case EntryKind.OUTCOME:
            state["settled"] = entry.data.get("reconciled") is True
            state["outcome"] = entry.data.get("status", "unknown")
            state["outcome_text"] = entry.text
            if state["state"] is not PlanState.SPENT:
                state["state"] = PlanState(str(entry.data.get("state", PlanState.EXPIRED)))
        case _:
            pass


def _apply_answer(state: dict[str, object], entry: Entry) -> None:
    state["answers"] = int(str(state.get("answers", 0))) + 1
    if state["state"] not in (PlanState.PENDING, PlanState.APPROVED):
        return
    # An approval that was not spent yet (the server died in between) may be asked for again: the last word counts.
    state |= {"state": PlanState.PENDING, "approval": "", "approved_at": None}
    if entry.data.get("accepted"):
        state |= {"state": PlanState.APPROVED, "approval": entry.id, "approved_at": entry.happened}
    elif entry.data.get("said") == "declined":
        state["state"] = PlanState.DECLINED
