"""What is owed of a plan that did not go to its end: what it did, and nothing that it did not, or took back."""

from datetime import timedelta
from typing import Any

import pytest

from incident_mcp.mitigate.leftovers import left_after
from incident_mcp.vocabulary.plan import Plan, Write
from incident_mcp.vocabulary.refs import Ref
from tests.text.plans import plan

SYNC = Ref(kind="Kustomization", namespace="flux-system", name="shop")
ROUTE = Ref(kind="HTTPRoute", namespace="shop", name="web")
WEIGHT = "/spec/rules/0/backendRefs/1/weight"


def patch(target: Ref, pointer: str, before: Any, after: Any, shown: str, **more: Any) -> Write:
    body = [{"op": "test", "path": pointer, "value": before}, {"op": "add", "path": pointer, "value": after}]
    return Write(method="PATCH", path=f"/{target.kind}", body=[*body], target=target, shown=shown, **more)


def shift(before: int, after: int, action: str = "redirect_traffic", *first: Write) -> Plan:
    abort = patch(ROUTE, WEIGHT, after, before, "put it back", abort_within=timedelta(seconds=60))
    writes = (*first, patch(ROUTE, WEIGHT, before, after, f"web-v2 {before} % -> {after} %"), abort)
    return plan(writes=writes).model_copy(update={"action": action})


SUSPEND = patch(SYNC, "/spec/suspend", None, True, "suspend it")
SUSPENDED, SHIFTED = "Kustomization flux-system/shop is suspended", "web-v2 5 % -> 20 %"


@pytest.mark.parametrize(
    ("done", "owed"),
    [
        (set[int](), []),
        ({1}, [SUSPENDED]),
        ({1, 2}, [SUSPENDED, SHIFTED]),
        ({1, 2, 3}, [SUSPENDED]),
    ],
)
def test_only_what_was_done_and_not_put_back_by_its_own_abort_is_owed(done: set[int], owed: list[str]) -> None:
    whole = shift(5, 20, "redirect_traffic", SUSPEND)
    assert [left.what for left in left_after(whole, done, [])] == owed


@pytest.mark.parametrize(
    ("earlier", "then", "owed"),
    [
        ([], shift(5, 20), [SHIFTED]),
        ([shift(5, 20)], shift(20, 5), []),
        ([shift(5, 20)], shift(20, 5, "undo_action"), []),
        ([shift(5, 20)], shift(5, 20, "undo_action"), [SHIFTED]),
        ([shift(5, 20), shift(20, 60)], shift(60, 20, "undo_action"), [SHIFTED]),
        ([shift(5, 20), shift(20, 60)], shift(60, 5), []),
        ([], shift(5, 20, "undo_action"), []),
    ],
)
def test_what_brings_a_state_again_owes_it_again_and_what_takes_it_back_owes_nothing(
    earlier: list[Plan], then: Plan, owed: list[str]
) -> None:
    before = [(one, 1) for one in earlier]
    assert [left.what for left in left_after(then, {1}, before)] == owed
