"""Each rule: the broken object gives exactly its finding, the healthy neighbour none."""

from datetime import timedelta
from typing import Any

import pytest

from incident_mcp.investigate.catalogue import CATALOGUE
from incident_mcp.investigate.find import find
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import ConditionSeen, Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate import observations as o
from tests.investigate.observations import (
    NOW,
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
    pod,
    route,
    service,
    waiting,
    workload,
)

API = deployment("api")


def api(ready: int = 0, **fields: Any) -> Any:
    return workload("api", ready, 2, **fields)


def crash_loop() -> Observation:
    return observation(api(), pod("api", "api-1", crashing()), pod("api", "api-2", crashing()))


def out_of_memory() -> Observation:
    killed = crashing(last_reason="OOMKilled", last_exit_code=137, memory_limit="96Mi")
    return observation(api(), pod("api", "api-1", killed))


def image_pull() -> Observation:
    broken = pod("api", "api-1", waiting("ImagePullBackOff", image="registry.example/api:9"), phase="Pending")
    message = 'Failed to pull image "registry.example/api:9": rpc error: code = NotFound desc = not found'
    return observation(api(), broken, event(broken, "Failed", message))


def missing_key() -> Observation:
    message = "couldn't find key TOKEN in ConfigMap shop/api-config"
    broken = pod("api", "api-1", waiting("CreateContainerConfigError", message), phase="Pending")
    return observation(api(), broken, config("api-config", "OTHER"))


def missing_secret() -> Observation:
    message = 'secret "db-credentials" not found'
    return observation(api(), pod("api", "api-1", waiting("CreateContainerConfigError", message), phase="Pending"))


def missing_volume_source() -> Observation:
    broken = pod("api", "api-1", waiting("ContainerCreating"), phase="Pending")
    message = 'MountVolume.SetUp failed for volume "c" : configmap "api-files" not found'
    return observation(api(), broken, event(broken, "FailedMount", message))


def mount_failed() -> Observation:
    broken = pod("api", "api-1", waiting("ContainerCreating"), phase="Pending")
    return observation(api(), broken, event(broken, "FailedAttachVolume", "Multi-Attach error for volume pvc-1"))


def container_error() -> Observation:
    message = 'exec: "/bin/serve": no such file or directory'
    return observation(api(), pod("api", "api-1", waiting("RunContainerError", message)))


def unschedulable() -> Observation:
    message = "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available"
    return observation(
        api(), pod("api", "api-1", container(), phase="Pending", node=None, scheduling=Untrusted(message))
    )


def pods_not_created() -> Observation:
    message = Untrusted('pods "api-7" is forbidden: exceeded quota: compute, requested: cpu=1')
    condition = ConditionSeen(type="ReplicaFailure", status="True", reason="FailedCreate", message=message)
    return observation(api(conditions=(condition,)))


def readiness() -> Observation:
    running = container(state="running", started=NOW - timedelta(minutes=5))
    broken = pod("api", "api-1", running, ready_since=at("02:09:00"))
    return observation(api(), broken, event(broken, "Unhealthy", "Readiness probe failed: HTTP 503", count=20))


def missing_environment() -> Observation:
    return bad_rollout()


def dependency() -> Observation:
    broken = pod("api", "api-1", crashing())
    return observation(api(), broken, log(broken, "dial tcp 10.0.0.9:8443: connect: connection refused"))


def below_number() -> Observation:
    return observation(api(ready=1))


def node_not_ready() -> Observation:
    return observation(node("node-2", "Ready=Unknown", since=at("02:10:00")))


def node_pressure() -> Observation:
    return observation(node("node-2", "MemoryPressure", ready=True))


def selects_nothing() -> Observation:
    return observation(service("api", 0, selector={"app": "apii"}), route("api"))


def route_to_nowhere() -> Observation:
    return observation(route("gone", service_missing=True))


CASES: list[tuple[Any, str, Ref, str]] = [
    (crash_loop, "crash-loop", API, "2 pods in CrashLoopBackOff: container app ends with exit code 1"),
    (out_of_memory, "out-of-memory", API, "container app is killed at its memory limit of 96Mi (OOMKilled) in 1 pod"),
    (
        image_pull,
        "image-pull",
        API,
        "image registry.example/api:9 can't be pulled in 1 pod: the registry has no such image or tag",
    ),
    (
        missing_key,
        "missing-config",
        API,
        "ConfigMap shop/api-config has no key TOKEN, so container app can't start in 1 pod",
    ),
    (
        missing_secret,
        "missing-config",
        API,
        "Secret shop/db-credentials does not exist, so container app can't start in 1 pod",
    ),
    (
        missing_volume_source,
        "missing-config",
        API,
        "ConfigMap shop/api-files does not exist, so container app can't start in 1 pod",
    ),
    (mount_failed, "volume-mount", API, "a volume can't be mounted, so 1 pod can't start"),
    (container_error, "container-not-created", API, "container app can't be started (RunContainerError) in 1 pod"),
    (unschedulable, "unschedulable", API, "no node takes 1 pod: too little CPU"),
    (pods_not_created, "pods-not-created", API, "its pods can't be created: the namespace's quota is used up"),
    (readiness, "readiness-failing", API, "container app runs but is not ready in 1 pod"),
    (
        missing_environment,
        "missing-environment",
        deployment("checkout"),
        "checkout:1.42 wants PAYMENT_URL; ConfigMap shop/checkout-config, its environment, has no such key",
    ),
    (dependency, "dependency-down", API, "connection refused to 10.0.0.9:8443"),
    (below_number, "replicas-missing", API, "only 1 of 2 ready; no cause found"),
    (
        node_not_ready,
        "node-not-ready",
        Ref(kind="Node", name="node-2"),
        "its kubelet is silent; 0 pods on it not well",
    ),
    (node_pressure, "node-pressure", Ref(kind="Node", name="node-2"), "it reports MemoryPressure"),
    (selects_nothing, "selects-nothing", o.service_ref("api"), "no pod has the labels that it selects: app=apii"),
    (
        route_to_nowhere,
        "backend-missing",
        Ref(kind="Ingress", namespace="shop", name="shop"),
        "shop.example.com/gone answers 503: Service shop/gone does not exist",
    ),
]


@pytest.mark.parametrize(("seen", "cause", "target", "summary"), CASES, ids=[case[1] for case in CASES])
def test_the_fault_is_the_one_root_and_its_neighbour_is_left_alone(
    seen: Any, cause: str, target: Ref, summary: str
) -> None:
    found = find(seen())
    roots = [each for each in found if each.root]
    assert [(each.cause, each.target, each.summary) for each in roots] == [(cause, target, summary)]
    assert roots[0].evidence
    assert not [each for each in found if each.target in (deployment("web"), o.service_ref("web"))]


def test_nothing_wrong_gives_nothing() -> None:
    assert find(observation()) == []


def test_codes_and_causes_are_unique_and_those_of_the_catalogue_all_have_a_case() -> None:
    assert len({kind.code for kind in CATALOGUE}) == len({kind.cause for kind in CATALOGUE}) == len(CATALOGUE)
    covered = {case[1] for case in CASES} | {"no-endpoints", "route-down"}  # those two only ever hang on another
    assert covered == {kind.cause for kind in CATALOGUE}


def test_thirty_pods_that_fail_alike_are_one_finding_with_their_number() -> None:
    read = [pod("api", f"api-{number}", crashing()) for number in range(5)]
    (found,) = find(observation(api(), *read, o.group("api", "CrashLoopBackOff", 30)))
    assert found.summary.startswith("30 pods in CrashLoopBackOff")


def roots(seen: Observation) -> list[Finding]:
    return [each for each in find(seen) if each.root]


def test_a_restart_long_ago_or_a_single_one_is_no_crash_loop() -> None:
    once = container(
        state="running", ready=True, restarts=1, last_exit_code=1, last_finished=NOW - timedelta(minutes=3)
    )
    long_ago = container(state="running", ready=True, restarts=40, last_finished=NOW - timedelta(days=1))
    assert roots(observation(pod("api", "api-1", once, ready=True), pod("api", "api-2", long_ago, ready=True))) == []


def test_a_pod_that_is_still_starting_is_no_finding() -> None:
    young = container(state="running", started=NOW - timedelta(seconds=20))
    creating = waiting("ContainerCreating")
    assert roots(observation(pod("api", "api-1", young), pod("api", "api-2", creating, phase="Pending"))) == []


def test_a_rollout_under_way_is_no_finding() -> None:
    assert roots(observation(api(ready=1, rolled_out=NOW - timedelta(seconds=30)))) == []


def test_a_pod_on_its_way_out_is_no_finding() -> None:
    assert roots(observation(pod("api", "api-1", crashing(), deleting=True))) == []


def test_a_cordoned_node_is_somebodys_intention() -> None:
    assert roots(observation(node("node-2", ready=True, unschedulable=True))) == []


def test_a_service_without_pods_that_nobody_reaches_is_left_alone() -> None:
    assert roots(observation(service("idle", 0))) == []


def test_a_variable_that_the_config_map_has_by_now_is_not_missing() -> None:
    """The log is older than the repair: what is left is the crash loop."""
    broken = bad_rollout()
    repaired = broken.model_copy(update={"configs": (config("checkout-config", "PAYMENT_URL"),)})
    assert [each.cause for each in roots(repaired)] == ["crash-loop"]


def test_a_secret_whose_keys_nobody_read_is_not_accused() -> None:
    env_from = [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}]
    broken = pod("api", "api-1", crashing())
    secret = config("s").model_copy(update={"ref": Ref(kind="Secret", namespace="shop", name="s"), "keys": None})
    seen = observation(
        api(container={"envFrom": env_from}), broken, log(broken, *o.TRACEBACK), config("c", "A"), secret
    )
    (root,) = roots(seen)
    assert root.summary == (
        "api:1.42 wants PAYMENT_URL; ConfigMap shop/c, its environment, has no such key (Secret shop/s: keys not read)"
    )


def test_a_config_map_that_does_not_exist_is_said_to() -> None:
    broken = pod("api", "api-1", crashing())
    optional = {"envFrom": [{"configMapRef": {"name": "c", "optional": True}}]}
    seen = observation(api(container=optional), broken, log(broken, *o.TRACEBACK), config("c", exists=False))
    assert roots(seen)[0].summary == "api:1.42 wants PAYMENT_URL; ConfigMap shop/c, its environment, does not exist"


def test_in_a_look_at_one_workload_other_services_are_not_its_business() -> None:
    scope = Scope(namespace="shop", workload=API)
    seen = observation(api(ready=2), service("other", 0), route("other"), scope=scope)
    assert [each.cause for each in roots(seen)] == []
