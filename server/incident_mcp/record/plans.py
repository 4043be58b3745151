"""What became of a plan, as its entries tell it: the gate's whole state, read from the journal, kept nowhere else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import RecordError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.value import Value


class PlanState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    """The facts moved, so a newer plan took its place."""
    REVOKED = "revoked"
    """Stopped by a person, or its incident ended."""
    SPENT = "spent"
    """Its one use was taken: the outcome says what came of it, or that nobody knows."""


WAITING = (PlanState.PENDING, PlanState.APPROVED)


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes: the entry that holds it, when, whose, and through which door."""

    entry: str
    at: datetime
    by: str
    door: str
    chosen: tuple[int, ...] = ()
    """Of several messages, those that were ticked; empty: all."""


class PlanStory(Value):
    """One plan's life so far."""

    state: PlanState
    incident: str | None = None
    asked: datetime | None = None
    """When its question was put last."""
    deadline: datetime | None = None
    """When the client gives up on that question; None: it waits."""
    answers: int = 0
    needed: int = 1
    """How many persons must say yes."""
    approvals: tuple[Approval, ...] = ()
    evidence: tuple[str, ...] = ()
    """What was seen since the change was declined, by entry."""
    declined: datetime | None = None
    decline: str = ""
    """The entry that holds the decline."""
    reopened: bool = False
    """A person let the assistant ask for the declined change again."""
    outcome: str = ""
    outcome_text: str = ""
    spent_at: datetime | None = None
    settled: bool = False
    """The outcome was told from the cluster, after a crash or a lost answer: there is no more to find out."""

    @property
    def approval(self) -> str:
        """The id of the entry with the yes that made it approved; empty while it is not."""
        return self.approvals[-1].entry if len(self.approvals) >= self.needed else ""

    @property
    def chosen(self) -> tuple[int, ...] | None:
        """Of several messages, those that everybody ticked who had to; None: all of them."""
        ticked = [{*one.chosen} for one in self.approvals if one.chosen]
        return tuple(sorted(set[int].intersection(*ticked))) if ticked else None

    @property
    def approved_at(self) -> datetime | None:
        return self.approvals[-1].at if self.approval else None

    @property
    def approved_outside(self) -> bool:
        """Whether its yes came through another door than the chat, and waits for its one use."""
        return self.state is PlanState.APPROVED and any(one.door != "chat" for one in self.approvals)


class PlanAltered(RecordError):
    """A plan is not in the record as it was shown, so nothing is done with it."""


def as_recorded(body: bytes | None, entries: list[Entry]) -> Plan:
    """The plan that these bytes hold. Raises `PlanAltered` unless they are those whose digest the chained entry names:
    what is carried out is what was shown.
    """
    entry = next((entry for entry in entries if entry.kind is EntryKind.PLAN), None)
    if entry is None or body is None or entry.data.get("digest") != hashlib.sha256(body).hexdigest():
        raise PlanAltered(
            "A plan in the record is not what was recorded when it was made: somebody changed it.",
            "Call the tool again for a new plan, keep the record's file, and run incident-mcp doctor.",
        )
    return Plan.model_validate_json(body)


def used_once(plan: Plan) -> str:
    """What an entry is filed under that ends a plan or spends it: of the two, only the first can be written."""
    return f"use {plan.id}"


def story(entries: list[Entry], expires: datetime, now: datetime) -> PlanStory:
    """Fold a plan's entries. A plan past its end that nobody approved or spent is expired."""
    state: dict[str, Any] = {"state": PlanState.PENDING}
    for entry in entries:
        _apply(state, entry)
    if state["state"] in WAITING and now >= expires:
        state["state"] = PlanState.EXPIRED
    return PlanStory.model_validate(state)


def _apply(state: dict[str, Any], entry: Entry) -> None:
    match entry.kind:
        case EntryKind.PLAN:
            state["incident"] = entry.incident or state.get("incident")
            state |= {"needed": entry.data.get("approvers", 1), "evidence": entry.data.get("evidence", ())}
        case EntryKind.QUESTION:
            state |= {"asked": entry.written, "deadline": entry.data.get("deadline")}
        case EntryKind.ANSWER:
            _apply_answer(state, entry)
        case EntryKind.DECISION if entry.data.get("reopens"):
            state["reopened"] = True
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


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _apply_answer(state: dict[str, Any], entry: Entry) -> None:
    state["answers"] = state.get("answers", 0) + 1
    if state["state"] not in WAITING or entry.data.get("counts") is False:
        return
    approvals: tuple[Approval, ...] = state.get("approvals", ())
    door = str(entry.data.get("door"))
    if entry.data.get("accepted"):
        chosen = tuple(one for one in _listed(entry.data.get("chosen")) if isinstance(one, int))
        yes = Approval(entry=entry.id, at=entry.happened, by=entry.actor.name, door=door, chosen=chosen)
        approvals = (*(one for one in approvals if one.by != yes.by), yes)
    elif entry.data.get("said") == "declined":
        state |= {"state": PlanState.DECLINED, "declined": entry.happened, "decline": entry.id, "approvals": ()}
        return
    else:
        # A yes that was not spent (the server died in between) may be asked for again: a door's last word counts.
        approvals = tuple(one for one in approvals if one.door != door)
    enough = len(approvals) >= state.get("needed", 1)
    state |= {"approvals": approvals, "state": PlanState.APPROVED if enough else PlanState.PENDING}
