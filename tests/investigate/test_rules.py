"""Each rule: the broken object gives exactly its finding, the healthy neighbour none."""

from datetime import timedelta

import pytest

from incident_mcp.investigate.catalogue import CATALOGUE
from incident_mcp.investigate.find import find
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.investigate import observations as o
from tests.investigate.faults import (
    certificates,
    containers,
    creating,
    gateways,
    images,
    jobs,
    network,
    nodes,
    operators,
    placing,
    programs,
    scaling,
    storage,
    workloads,
)
from tests.investigate.faults.fault import Fault, api
from tests.investigate.observations import (
    NOW,
    bad_rollout,
    config,
    container,
    crashing,
    deployment,
    log,
    node,
    observation,
    pod,
    route,
    service,
    waiting,
)

API = deployment("api")
FAMILIES = (
    containers,
    images,
    placing,
    creating,
    workloads,
    jobs,
    scaling,
    programs,
    network,
    certificates,
    gateways,
    nodes,
    storage,
    operators,
)
FAULTS: list[Fault] = [fault for family in FAMILIES for fault in family.FAULTS]
ONLY_HANGING = {
    "no-endpoints",
    "route-down",
    "route-untrusted",
    "route-unserved",
    "waits-for-config",
    "dns-down",
    "cron-job-failing",
}
"""These have no case of their own: they only ever hang on another."""


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.cause}-{number}" for number, fault in enumerate(FAULTS)])
def test_the_fault_is_the_one_root_and_its_neighbour_is_left_alone(fault: Fault) -> None:
    found = find(fault.seen)
    roots = [each for each in found if each.root]
    assert [(each.cause, each.target, each.summary) for each in roots] == [(fault.cause, fault.target, fault.summary)]
    assert roots[0].severity == fault.severity
    assert roots[0].evidence
    assert roots[0].next_step
    assert not [each for each in found if each.target.name.startswith("web")]


def test_nothing_wrong_gives_nothing() -> None:
    assert find(observation()) == []


def test_codes_and_causes_are_unique_and_those_of_the_catalogue_all_have_a_case() -> None:
    assert len({kind.code for kind in CATALOGUE}) == len({kind.cause for kind in CATALOGUE}) == len(CATALOGUE)
    hanging = {each.cause for fault in FAULTS for each in find(fault.seen) if not each.root}
    assert hanging >= ONLY_HANGING
    assert {fault.cause for fault in FAULTS} | ONLY_HANGING == {kind.cause for kind in CATALOGUE}


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


def test_a_cordoned_node_is_somebodys_intention_and_no_incident() -> None:
    (found,) = roots(observation(node("node-2", ready=True, unschedulable=True)))
    assert found.severity == "notice"


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


def test_a_fault_proposes_what_to_do_so_that_it_does_not_come_back() -> None:
    (found,) = roots(observation(api(), pod("api", "api-1", crashing(last_reason="OOMKilled"))))
    assert found.follow_up == (
        "Set the memory limit of Deployment shop/api to what it needs, and alert before it is reached"
    )
