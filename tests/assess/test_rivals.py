"""What else it could be: several causes that fit, one that fits best, none; and no rivals for what is proven."""

from typing import Any

import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.assess.rivals.hypothesis import Hypothesis
from incident_mcp.assess.rivals.weigh import Weighed, weigh
from incident_mcp.vocabulary.metrics_seen import MetricsSeen, SignalSeen, TrafficSeen
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen
from incident_mcp.workflow.beside import weighed_line, weighed_words
from tests.investigate.observations import (
    at,
    bad_rollout,
    config,
    container,
    crashing,
    deployment,
    event,
    log,
    node,
    observation,
    outline,
    pod,
    ref,
    revision,
    service,
    told,
    workload,
)

API = deployment("api")


def weighed(seen: Observation, load: float | None = None) -> Weighed | None:
    result = assess(seen)
    row = next(row for row in result.rows if row.chain.subject == API)
    return weigh(seen, result, row, load)


def open_case(seen: Observation, load: float | None = None) -> Weighed:
    found = weighed(seen, load)
    assert found is not None
    return found


def words(found: Weighed) -> str:
    return weighed_words(weighed_line(found))


def kinds(found: Weighed) -> list[str]:
    return [each.kind for each in found.rivals]


def of(found: Weighed, kind: str) -> Hypothesis:
    return next(each for each in found.rivals if each.kind == kind)


REVISIONS = (
    revision(2, at("02:11:31"), "registry.example/shop/api:2", current=True),
    revision(1, at("00:00:00"), "registry.example/shop/api:1"),
)
ROLLED_OUT: dict[str, Any] = {"rolled_out": at("02:11:31"), "revisions": REVISIONS}
ENVIRONMENT: dict[str, Any] = {"envFrom": [{"configMapRef": {"name": "api-config"}}]}


def crashed(*names: str, **fields: Any) -> tuple[PodSeen, ...]:
    usual = {"revision": "rs-2", "ready_since": at("02:11:31")}
    return tuple(pod("api", name, crashing(last_started=at("02:13:50")), **{**usual, **fields}) for name in names)


def began(*pods: PodSeen, first: str = "02:11:40") -> tuple[Any, ...]:
    return tuple(event(each, "BackOff", first=first) for each in pods)


def edit(when: str, by: str = "kubectl-edit") -> Any:
    return config("api-config", "KEY", created=at("00:00:00"), changed=at(when), changed_by=by)


def test_what_the_kubelet_names_has_no_rivals() -> None:
    """The first picture's cause is in the log and in the ConfigMap: a rollout beside it changes nothing about that."""
    seen = bad_rollout()
    result = assess(seen)
    assert weigh(seen, result, result.rows[0]) is None


def test_a_rollout_and_an_edit_in_the_same_minute_are_rivals() -> None:
    pods = crashed("api-1", "api-2")
    things = (workload("api", 0, 2, container=ENVIRONMENT, **ROLLED_OUT), *pods, *began(*pods), edit("02:11:20"))
    found = open_case(observation(*things))
    assert kinds(found) == ["rollout", "configuration"]
    assert of(found, "rollout").speaks_for[0] == "9 s before the first sign"
    assert of(found, "configuration").speaks_for == (
        "20 s before the first sign",
        "2 of 2 failing pods started after it",
    )
    assert words(found) == (
        "Either the rollout 1 -> 2: image api:1 -> 2, or the edit of ConfigMap shop/api-config by kubectl-edit. "
        "What decides: rollout_history Deployment shop/api"
    )


def test_an_edit_after_the_first_sign_is_no_rival() -> None:
    """The twin: the same edit, two minutes later."""
    pods = crashed("api-1", "api-2")
    things = (workload("api", 0, 2, container=ENVIRONMENT, **ROLLED_OUT), *pods, *began(*pods), edit("02:13:20"))
    found = open_case(observation(*things))
    assert kinds(found) == ["rollout"]
    assert words(found) == "Explained best by the rollout 1 -> 2: image api:1 -> 2"


def test_an_edit_that_no_pod_has_read_yet_is_no_rival() -> None:
    """Environment is read when a container starts, and the failing ones run since before."""
    running = container(state="running", started=at("01:00:00"))
    pods = (pod("api", "api-1", running, created=at("01:00:00"), ready_since=at("02:11:40")),)
    seen = observation(workload("api", 0, 1, container=ENVIRONMENT), *pods, edit("02:11:20"))
    assert kinds(open_case(seen)) == []


def test_pods_of_the_old_revision_that_fail_too_acquit_the_rollout() -> None:
    pods = (*crashed("api-1"), *crashed("api-2", revision="rs-1"))
    found = open_case(observation(workload("api", 0, 2, **ROLLED_OUT), *pods, *began(*pods)))
    assert kinds(found) == []
    assert found.look.tool == "analyze_logs"


def test_without_any_sign_no_cause_is_found_and_what_is_missing_is_said() -> None:
    pods = crashed("api-1")
    found = open_case(observation(workload("api", 0, 1), *pods))
    assert not found.rivals
    assert found.missing == (
        "its logs",
        "events about its pods: none is left",
        "a rollout or an edit of its configuration: none within a day before",
        "what it uses and how much is asked of it",
    )
    assert words(found) == "No cause found beyond that; look next: analyze_logs Deployment shop/api"


def test_logs_that_were_read_and_say_nothing_known_are_counted() -> None:
    pods = crashed("api-1")
    lines = ("INFO 0 failed", "ERROR cannot parse rule 7", "INFO bye")
    found = open_case(observation(workload("api", 0, 1), *pods, log(pods[0], *lines)))
    assert weighed_line(found).last_words == "«ERROR cannot parse rule 7»"
    assert found.missing[0] == "a cause in its logs: 3 lines read, none of a known meaning"
    assert found.look.tool == "what_changed"


POOL = "ERROR could not acquire connection from pool: pool timeout after 30s"


def slow(name: str, on: str) -> PodSeen:
    running = container(state="running", started=at("01:00:00"))
    return pod("api", name, running, node=on, created=at("01:00:00"), ready_since=at("02:09:00"))


def test_an_exhausted_pool_and_a_node_short_of_memory_are_held_as_rivals() -> None:
    """The picture of a case that is not easy."""
    pods = (slow("api-1", "node-7"), slow("api-2", "node-1"), slow("api-3", "node-2"))
    lines = (log(each, POOL, previous=False) for each in pods)
    pressed = node("node-7", "MemoryPressure", ready=True, since=at("02:08:00"))
    found = open_case(observation(workload("api", 0, 3), *pods, *lines, pressed))
    assert kinds(found) == ["program", "place"]
    assert of(found, "place").what == "node node-7"
    assert of(found, "place").speaks_against == ("2 of 3 failing pods are elsewhere",)
    assert of(found, "program").speaks_for == ("it is what its pods show, once in each of 3 pods",)
    assert words(found).endswith("What decides: read_object Node node-7")


def test_a_node_short_of_memory_with_none_of_the_failing_pods_is_no_rival() -> None:
    """The twin: the same node, and nobody of them on it. What the program says stands alone."""
    pods = (slow("api-1", "node-3"), slow("api-2", "node-1"), slow("api-3", "node-2"))
    lines = (log(each, POOL, previous=False) for each in pods)
    pressed = node("node-7", "MemoryPressure", ready=True, since=at("02:08:00"))
    assert weighed(observation(workload("api", 0, 3), *pods, *lines, pressed)) is None


def needing(name: str, ready: int = 0) -> Any:
    return workload("api", ready, 1, container={"env": [{"name": "DB", "value": f"http://{name}:5432/x"}]})


def test_a_dependency_that_fails_too_is_named_with_the_look_at_it() -> None:
    pods = crashed("api-1")
    things = (
        needing("db"),
        *pods,
        *began(*pods),
        workload("db", 0, 1),
        pod("db", "db-1", crashing()),
        service("db", 0, 1),
        outline("db", 5432),
    )
    found = open_case(observation(*things))
    assert kinds(found) == ["dependency"]
    assert found.rivals[0].speaks_for == (
        "Service shop/db has no ready endpoint",
        "Deployment shop/db behind it fails too",
    )
    assert found.look.tool == "diagnose_workload"
    assert found.look.arguments["name"] == "db"


def test_a_dependency_that_is_well_is_not_accused() -> None:
    pods = crashed("api-1")
    seen = observation(needing("db"), *pods, *began(*pods), service("db", 2), outline("db", 5432))
    assert kinds(open_case(seen)) == []


def test_its_own_service_is_no_dependency() -> None:
    pods = crashed("api-1")
    seen = observation(needing("api"), *pods, *began(*pods), service("api", 0, 1), outline("api", 8080))
    assert kinds(open_case(seen)) == []


def test_a_zone_in_which_only_the_failing_pods_run_is_a_cause() -> None:
    failing = [slow(f"api-{n}", "node-2") for n in range(5)]
    well = [
        pod("api", f"api-well-{n}", container(state="running", ready=True), node="node-1", ready=True) for n in range(7)
    ]
    zones = (NodeTraits(name="node-1", zone="a"), NodeTraits(name="node-2", zone="b"))
    seen = observation(workload("api", 7, 12), *failing, *zones, siblings=[*failing, *well])
    found = open_case(seen)
    assert kinds(found) == ["place"]
    assert found.rivals[0].what == "where the failing pods run: in zone b"


def test_load_is_weighed_by_what_was_measured() -> None:
    running = container(state="running", started=at("01:00:00"))
    pods = (pod("api", "api-1", running, created=at("01:00:00"), ready_since=at("02:09:00")),)
    scaler = AutoscalerSeen(
        ref=ref("HorizontalPodAutoscaler", "api"),
        target=API,
        most=2,
        current=2,
        conditions=(told("ScalingLimited", "True", "TooManyReplicas"),),
    )
    seen = observation(workload("api", 1, 2), *pods, scaler)
    assert kinds(open_case(seen)) == ["load"]
    assert kinds(open_case(seen, 0.9)) == ["load"]
    assert "its ready pods use 90 % of their CPU" in open_case(seen, 0.9).rivals[0].speaks_for
    assert kinds(open_case(seen, 0.1)) == []


@pytest.mark.parametrize("beside", [True, False])
def test_a_neighbour_that_takes_the_same_configuration_and_fails_too_speaks_for_it(beside: bool) -> None:
    pods = crashed("api-1")
    other = pod("other", "other-1", crashing(), ready_since=at("02:11:31"))
    neighbour = (workload("other", 0, 1, container=ENVIRONMENT), other, *began(other)) if beside else ()
    things = (workload("api", 0, 1, container=ENVIRONMENT), *pods, *began(*pods), edit("02:11:20"), *neighbour)
    point = "Deployment shop/other takes it too and began to fail in the same minute"
    assert (point in of(open_case(observation(*things)), "configuration").speaks_for) is beside


def test_a_limit_that_was_lowered_explains_a_kill_for_memory_and_a_leak_does_not_rival_it() -> None:
    killed = crashing(last_reason="OOMKilled", last_exit_code=137, last_started=at("02:13:50"))
    pods = (pod("api", "api-1", killed, revision="rs-2", ready_since=at("02:11:31")),)
    assert weighed(observation(workload("api", 0, 1, **ROLLED_OUT), *pods, *began(*pods))) is None


def asked_more(factor: float, since: str) -> MetricsSeen:
    traffic = TrafficSeen(target=API, since=at(since), now=10 * factor, before=10, query="q")
    return MetricsSeen(traffic=(traffic,))


SERVING = (pod("api", "api-1", container(state="running", started=at("01:00:00")), created=at("01:00:00"),
               ready_since=at("02:09:00")),)  # fmt: skip


@pytest.mark.parametrize(
    ("metrics", "held"),
    [
        (asked_more(3, "02:08:00"), ["load"]),
        (asked_more(3, "02:12:00"), []),  # after the first sign: retries
        (asked_more(0.2, "02:08:00"), []),
    ],
)
def test_traffic_that_rose_before_the_first_sign_is_a_cause(metrics: MetricsSeen, held: list[str]) -> None:
    seen = observation(workload("api", 1, 2), *SERVING).model_copy(update={"metrics": metrics})
    found = open_case(seen)
    assert kinds(found) == held
    assert not held or found.rivals[0].speaks_for[0] == "its traffic rose to 3 times that of the hour before"


def test_a_full_autoscaler_under_usual_traffic_is_none() -> None:
    scaler = AutoscalerSeen(ref=ref("HorizontalPodAutoscaler", "api"), target=API, most=2, current=2)
    errors = SignalSeen(what="error rate", unit="share", target=API, now=0.3, query="q")
    seen = observation(workload("api", 1, 2), *SERVING, scaler)
    assert kinds(open_case(seen)) == ["load"]
    assert kinds(open_case(seen.model_copy(update={"metrics": MetricsSeen(signals=(errors,))}))) == []
