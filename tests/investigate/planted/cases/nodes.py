"""Nodes that are not well. Each fault has a node of its own; the pods that suffer are in its namespace."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import Script, Told, crash, waiting
from tests.investigate.planted.objects import Json, asks, daemon_set, deployment, served
from tests.investigate.planted.world import lab_node

API = "Deployment api"


def on_pool(pool: str, script: str = "", **spec: Any) -> tuple[Json, ...]:
    """Pods that only that node takes."""
    tolerations = [{"key": "dedicated", "operator": "Exists"}]
    return served(deployment("api", script, nodeSelector={"pool": pool}, tolerations=tolerations, **spec))


def pool_node(pool: str) -> Json:
    """A node for the pods of one fault only."""
    return lab_node(f"{pool}-1", {"pool": pool}, ("dedicated", pool))


def _dead() -> Json:
    """The same node once kwok no longer plays its kubelet."""
    made = pool_node("dead")
    made["metadata"]["labels"]["lab/dead"] = "true"
    return made


def evicted() -> Script:
    why = (
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 74Mi. Container app was using "
        "910Mi, request is 64Mi, has larger consumption of memory. "
    )
    return Script(
        phase="Failed",
        reason="Evicted",
        message=why,
        events=(Told("Evicted", why, 1, container=""),),
    )


def no_sandbox() -> Script:
    told = (
        "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "
        '"8a0c": plugin type="calico" failed (add): failed to request IPv4 addresses: Assigned 0 out of 1 requested '
        "IPv4 addresses; No more free affine blocks and strict affinity enabled"
    )
    return waiting("ContainerCreating", "", Told("FailedCreatePodSandBox", told, 9, container=""))


FAULTS = (
    Fault(
        "a kubelet that is silent",
        ("node-not-ready", "Node dead-1"),
        (pool_node("dead"), *on_pool("dead", replicas=2)),
        then=(_dead(),),
        sign=("Node", "dead-1", "node.kubernetes.io/unreachable"),
        twins="node",
    ),
    Fault(
        "a node that is cordoned, and the only one for its pods",
        ("node-cordoned", "Node cord-1"),
        ({**pool_node("cord"), "spec": {"unschedulable": True, **pool_node("cord")["spec"]}}, *on_pool("cord")),
        twins="node",
    ),
    Fault(
        "a network that hands out no more addresses",
        ("sandbox-failed", API),
        on_pool("batch", no_sandbox().name),
        twins="mount",
    ),
    Fault(
        "a DaemonSet that crashes on one node",
        ("crash-loop", "DaemonSet agent"),
        (daemon_set("agent", crash("fatal: open /dev/kmsg: operation not supported", 1).but(node="node-2").name),),
        ask="daemonset/agent",
    ),
    Fault(
        "a pool with no room left",
        ("insufficient-resources", API),
        served(
            deployment(
                "api",
                replicas=6,
                nodeSelector={"pool": "small"},
                tolerations=[{"key": "dedicated", "operator": "Exists"}],
                container=asks(cpu="100m"),
            )
        ),
    ),
)
