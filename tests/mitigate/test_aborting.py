"""What is told of a plan that lists an abort, by how far it came."""

from datetime import timedelta

import pytest

from incident_mcp.gate.steps import told
from incident_mcp.vocabulary.action import Landed
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref
from tests.text.plans import MADE, plan

ROUTE = Ref(kind="HTTPRoute", namespace="shop", name="web")
SYNC = Ref(kind="Application", namespace="argocd", name="shop")
WRITES = (
    Write(method="PATCH", path="/sync", body=[], target=SYNC, shown="suspend the sync"),
    Write(method="PATCH", path="/route", body=[], target=ROUTE, shown="web-v2 5 % -> 20 %"),
    Write(
        method="PATCH", path="/route", body=[], target=ROUTE, shown="put it back", abort_within=timedelta(seconds=60)
    ),
)


@pytest.mark.parametrize(
    ("states", "status", "words"),
    [
        ({1: "applied", 2: "applied", 3: "not needed"}, "applied", ": done"),
        ({1: "applied", 2: "applied", 3: "applied"}, "aborted", "Still done: suspend the sync."),
        ({1: "applied", 2: "applied"}, "applied", "its watch was cut short, so nothing puts it back by itself"),
        ({1: "applied", 2: "applied", 3: "not applied"}, "applied in part", "Not done: put it back."),
        ({1: "applied", 2: "applied", 3: "unknown"}, "unknown", "Write 3 of 3 (put it back)"),
        ({1: "applied", 2: "not applied"}, "applied in part", "Not done: web-v2 5 % -> 20 % and put it back."),
        ({1: "not applied"}, "not applied", "web-v2 has no ready endpoints"),
    ],
)
def test_a_plan_with_an_abort_is_told_by_how_far_it_came(states: dict[int, Landed], status: str, words: str) -> None:
    outcome = told(plan(writes=WRITES), states, "web-v2 has no ready endpoints", MADE)
    assert outcome.status == status
    assert words in outcome.text
