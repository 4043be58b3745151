"""The decision tree: no branch says yes or no without something that was seen."""

from typing import Any

from incident_mcp.assess.assess import assess
from incident_mcp.assess.tree import Walk, walk
from incident_mcp.vocabulary.observation import Observation
from tests.investigate.observations import at, crashing, event, observation, pod, revision, workload


def walked(seen: Observation, load: float | None = None) -> Walk:
    found = assess(seen)
    return walk(seen, found.rows[0].chain if found.rows else None, found.decision, load)


def answers(tree: Walk) -> dict[str, str]:
    return {branch.question: branch.answer for branch in tree.branches}


def half_down(**fields: Any) -> Observation:
    """One of two pods crashes, three hours after the only rollout."""
    old, new = revision(1, at("00:00:00"), "x:1"), revision(2, at("00:10:00"), "x:2", current=True, ready=1)
    failing = pod("api", "api-2", crashing(), revision="rs-2")
    return observation(
        workload("api", 1, 2, revisions=(new, old), **fields), failing, event(failing, "BackOff", first="02:11:40")
    )


def test_a_rollout_before_the_onset_ends_the_walk_with_the_rollback() -> None:
    old, new = revision(1, at("00:00:00"), "x:1"), revision(2, at("02:11:31"), "x:2", current=True)
    failing = pod("api", "api-1", crashing(), revision="rs-2")
    seen = observation(workload("api", 0, 1, revisions=(new, old)), failing, event(failing, "BackOff"))
    tree = walked(seen)
    assert answers(tree) == {"Caused by a recent deployment?": "yes"}
    assert tree.call
    assert (tree.call.tool, tree.call.arguments["revision"]) == ("rollback_workload", 1)


def test_a_busy_workload_is_scaled_by_half_as_much_again() -> None:
    tree = walked(half_down(), load=0.93)
    assert answers(tree)["Can we scale up?"] == "yes"
    assert tree.call
    assert (tree.call.tool, tree.call.arguments["replicas"]) == ("scale_workload", 3)


def test_an_idle_one_is_not_and_without_a_measurement_nobody_knows() -> None:
    assert answers(walked(half_down(), load=0.12))["Can we scale up?"] == "no"
    unknown = walked(half_down())
    assert answers(unknown)["Can we scale up?"] == "unknown"
    assert unknown.call is None


def test_where_no_pod_is_ready_more_would_fail_alike() -> None:
    failing = pod("api", "api-1", crashing())
    tree = walked(observation(workload("api", 0, 2), failing, event(failing, "BackOff")), load=0.99)
    branch = next(each for each in tree.branches if each.question == "Can we scale up?")
    assert str(branch) == "Can we scale up? no (none of 2 pods is ready: more would fail alike)"


def test_a_healthy_workload_needs_nothing() -> None:
    tree = walked(observation(workload("api", 2, 2)))
    assert [str(branch) for branch in tree.branches] == ["Caused by a recent deployment? no (no fault was found)"]
