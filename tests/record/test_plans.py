"""A plan's state is what its entries say, in order, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incident_mcp.record.plans import PlanState, story
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind

NOW = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)
ADA = Actor(role="person", name="ada", known_by="OS user")
EXPIRES = NOW + timedelta(minutes=10)


Said = tuple[EntryKind, dict[str, Any]]


def entries(*said: Said) -> list[Entry]:
    return [
        Entry(
            id=f"e{number}",
            incident="i1",
            cluster="c",
            kind=kind,
            text="",
            actor=ADA,
            happened=NOW,
            written=NOW,
            plan="p1",
            data=data,
            previous="",
            hash="",
        )
        for number, (kind, data) in enumerate(said, 1)
    ]


PLAN: Said = (EntryKind.PLAN, {})
ASKED: Said = (EntryKind.QUESTION, {})
YES = (EntryKind.ANSWER, {"said": "accepted", "accepted": True})
UNTICKED = (EntryKind.ANSWER, {"said": "not ticked", "accepted": False})
NO = (EntryKind.ANSWER, {"said": "declined", "accepted": False})
CANCEL = (EntryKind.ANSWER, {"said": "cancelled", "accepted": False})
SPENT: Said = (EntryKind.INTENT, {})
DONE = (EntryKind.OUTCOME, {"status": "applied"})
EXPIRED = (EntryKind.OUTCOME, {"status": "not applied", "state": "expired"})


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ((PLAN,), PlanState.PENDING),
        ((PLAN, ASKED), PlanState.PENDING),
        ((PLAN, ASKED, CANCEL), PlanState.PENDING),
        ((PLAN, ASKED, UNTICKED), PlanState.PENDING),
        ((PLAN, ASKED, YES), PlanState.APPROVED),
        ((PLAN, ASKED, NO), PlanState.DECLINED),
        ((PLAN, ASKED, NO, YES), PlanState.DECLINED),
        ((PLAN, ASKED, YES, NO), PlanState.DECLINED),
        ((PLAN, ASKED, YES, CANCEL), PlanState.PENDING),
        ((PLAN, ASKED, YES, SPENT), PlanState.SPENT),
        ((PLAN, ASKED, YES, SPENT, NO), PlanState.SPENT),
        ((PLAN, ASKED, YES, SPENT, DONE), PlanState.SPENT),
        ((PLAN, ASKED, EXPIRED, YES), PlanState.EXPIRED),
    ],
)
def test_the_last_word_before_the_end_counts(told: tuple[Any, ...], state: PlanState) -> None:
    assert story(entries(*told), EXPIRES, NOW).state is state


def test_an_approval_asked_for_again_after_a_crash_is_the_newest_one() -> None:
    assert story(entries(PLAN, ASKED, YES, YES), EXPIRES, NOW).approval == "e4"


@pytest.mark.parametrize("told", [(PLAN, ASKED), (PLAN, ASKED, YES)])
def test_an_unspent_plan_is_over_at_its_end(told: tuple[Any, ...]) -> None:
    assert story(entries(*told), EXPIRES, EXPIRES).state is PlanState.EXPIRED


def test_a_spent_plan_without_an_outcome_is_unknown() -> None:
    told = story(entries(PLAN, ASKED, YES, SPENT), EXPIRES, EXPIRES)
    assert (told.state, told.outcome) == (PlanState.SPENT, "unknown")
