"""The pods beside those that fail, and what their nodes are, from a real API server's own tables."""

import time

import anyio

from incident_mcp.cluster.look import Look
from incident_mcp.cluster.node_traits import MOST, read_node_traits
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.sharing.share import share_of
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.cluster.connection.harness import connected
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import deployment

LONGEST = 60.0


def told(nodes: list[NodeTraits]) -> list[tuple[str, ...]]:
    return sorted((n.name, n.zone, n.architecture, plain(n.kubelet), plain(n.image), plain(n.kernel)) for n in nodes)


async def test_nodes_are_told_by_their_labels_and_what_their_kubelets_report(control_plane: ControlPlane) -> None:
    control_plane.require("users")
    found: list[NodeTraits] = []
    all_of_them: list[NodeTraits] = []
    async with connected(control_plane.kubeconfig) as api:
        look = Look(api, system_clock)
        await read_node_traits(look, {"node-1", "node-2", "gone"}, found)
        many = {f"gone-{number}" for number in range(MOST)}
        await read_node_traits(look, {"node-1", "node-2", *many}, all_of_them)
    (first, second) = told(found)
    assert first[:3] == ("node-1", "test-1a", "amd64")
    assert first[4] == "«Test Linux»"
    assert first[5].startswith("«6.12.0")
    assert second[1] == "test-1b"
    assert told(all_of_them) == told(found)
    assert look.not_checked == ()


async def test_a_stuck_rollout_is_told_by_the_revision_that_only_the_failing_pods_have(
    control_plane: ControlPlane, namespace: str
) -> None:
    control_plane.require("controllers", "faults")
    target = Ref(kind="Deployment", namespace=namespace, name="api")
    control_plane.apply(deployment("api", replicas=4), namespace)
    control_plane.wait("it is ready", lambda: ready(control_plane, namespace) == 4)
    control_plane.apply(deployment("api", replicas=4, container={"image": "r.example/api:2-pull"}), namespace)
    async with connected(control_plane.kubeconfig) as api:
        share, until = None, time.monotonic() + LONGEST
        while time.monotonic() < until and (share is None or share.failing < 2):
            await anyio.sleep(0.5)  # controllers take their time
            for scope in (Scope(namespace=namespace), Scope(namespace=namespace, workload=target)):
                seen = await observe(api, scope, clock=system_clock, siblings=True)
                share = share_of(seen, target)
        without = await observe(api, Scope(namespace=namespace), clock=system_clock)
    assert share is not None
    assert share.text == "2 of 2 failing pods are of revision 2, 0 of 3 healthy ones are"
    assert share_of(without, target) is None


def ready(control_plane: ControlPlane, namespace: str) -> int:
    return control_plane.get("deployment", "api", "-n", namespace)["status"].get("readyReplicas", 0)
