"""Why a pod finds no node: labels and taints decide, not the number of nodes that a reason rules out."""

from typing import Any

import pytest

from incident_mcp.investigate.find import find
from incident_mcp.investigate.fitting import fit
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.places_seen import PlaceSeen, TaintSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import api
from tests.investigate.observations import container, node, observation, pod

GPU = PlaceSeen(
    name="gpu-1",
    labels={"pool": "gpu", "cores": "32"},
    taints=(TaintSeen(key="nvidia.com/gpu", value="present", effect="NoSchedule"),),
)
PLAIN = tuple(PlaceSeen(name=f"node-{number}", labels={"pool": "plain", "cores": "8"}) for number in (1, 2, 3))
SAYS = (
    "0/4 nodes are available: 1 node(s) had untolerated taint(s), "
    "3 node(s) didn't match Pod's node affinity/selector. preemption: 0/4 nodes are available."
)
TOLERATES = {"key": "nvidia.com/gpu", "operator": "Equal", "value": "present", "effect": "NoSchedule"}


def waits(says: str = SAYS, **placing: Any) -> Any:
    return pod("api", "api-1", container(), phase="Pending", node=None, scheduling=Untrusted(says), placing=placing)


def root(says: str, *things: Any, places: tuple[PlaceSeen, ...] = (GPU, *PLAIN), **placing: Any) -> Finding:
    seen = observation(api(), waits(says, **placing), *things)
    (found,) = (each for each in find(seen.model_copy(update={"places": places})) if each.root)
    return found


def test_the_taint_of_the_one_node_that_is_asked_for_is_named() -> None:
    found = root(SAYS, nodeSelector={"pool": "gpu"})
    assert found.cause == "untolerated-taint"
    assert found.summary.endswith("the taint nvidia.com/gpu=present of gpu-1, which it does not tolerate")


def test_the_same_message_means_a_label_that_no_node_has() -> None:
    assert root(SAYS, nodeSelector={"pool": "gpus"}).cause == "no-matching-node"


def test_a_taint_on_nodes_that_nobody_asked_for_is_no_reason() -> None:
    says = "0/4 nodes are available: 3 node(s) had untolerated taint(s), 1 Insufficient cpu."
    assert root(says, places=(GPU, PLAIN[0])).cause == "insufficient-resources"


def test_a_cordoned_node_that_is_asked_for_is_the_root() -> None:
    cordoned = PlaceSeen(name="node-1", labels={"pool": "one"}, unschedulable=True)
    found = root(
        SAYS,
        node("node-1", ready=True, unschedulable=True),
        places=(cordoned, *PLAIN[1:]),
        nodeSelector={"pool": "one"},
    )
    assert (found.cause, found.target.name) == ("node-cordoned", "node-1")


@pytest.mark.parametrize(
    ("requirement", "places"),
    [
        ({"key": "pool", "operator": "In", "values": ["gpu", "tpu"]}, ["gpu-1"]),
        ({"key": "pool", "operator": "NotIn", "values": ["gpu"]}, ["node-1", "node-2", "node-3"]),
        ({"key": "rack", "operator": "DoesNotExist"}, ["gpu-1", "node-1", "node-2", "node-3"]),
        ({"key": "rack", "operator": "Exists"}, []),
        ({"key": "cores", "operator": "Gt", "values": ["16"]}, ["gpu-1"]),
        ({"key": "cores", "operator": "Lt", "values": ["16"]}, ["node-1", "node-2", "node-3"]),
    ],
    ids=str,
)
def test_required_affinity_chooses_nodes(requirement: dict[str, Any], places: list[str]) -> None:
    where = fit((GPU, *PLAIN), waits(terms=[{"matchExpressions": [requirement]}]))
    assert where is not None
    assert [each.name for each in where.matching] == places


@pytest.mark.parametrize(
    ("toleration", "opened"),
    [
        (TOLERATES, True),
        ({"operator": "Exists"}, True),
        ({"key": "nvidia.com/gpu", "operator": "Exists"}, True),
        ({**TOLERATES, "value": "true"}, False),
        ({**TOLERATES, "effect": "NoExecute"}, False),
    ],
)
def test_a_toleration_opens_a_node(toleration: dict[str, Any], opened: bool) -> None:
    where = fit((GPU,), waits(tolerations=[toleration]))
    assert where is not None
    assert bool(where.open) is opened
