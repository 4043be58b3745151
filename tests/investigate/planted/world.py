"""The cluster that faults are planted in: a few more nodes, classes, and a healthy neighbour everywhere."""

from typing import Any

from tests.controlplane.nodes import node
from tests.investigate.planted.objects import PORTS, asks, budget, deployment, ingress, service, thing
from tests.investigate.real_routes import crd

Json = dict[str, Any]

WEB: tuple[Json, ...] = (
    deployment("web", replicas=2, container={**PORTS, **asks(cpu="50m", memory="64Mi")}),
    service("web", "http"),
    ingress("web", "web", "http"),
    budget("web", maxUnavailable=1),
)
"""The healthy neighbour: served, requested, budgeted."""


def lab_node(name: str, labels: Json, taint: tuple[str, str] | None = None, **room: str) -> Json:
    """A node for one kind of pod: labelled, mostly tainted against the others."""
    made = node(name, zone=labels.pop("zone", None))
    made["metadata"]["labels"] |= labels
    if taint:
        made["spec"] = {"taints": [{"key": taint[0], "value": taint[1], "effect": "NoSchedule"}]}
    for part in ("capacity", "allocatable"):
        made["status"][part] = {**made["status"][part], **room}
    return made


LAB_NODES: tuple[Json, ...] = (
    lab_node("gpu-1", {"pool": "gpu"}, ("nvidia.com/gpu", "present")),
    lab_node("small-1", {"pool": "small"}, ("dedicated", "small"), pods="2", cpu="2"),
    lab_node("tight-1", {"pool": "tight"}, ("dedicated", "tight"), cpu="2"),
    lab_node("batch-1", {"pool": "batch"}, ("dedicated", "batch")),
)
OPERATORS: tuple[Json, ...] = (crd("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"),)
"""Kinds whose operator is not there: the status that it would write comes with the object."""
CLASSES: tuple[Json, ...] = (
    thing("IngressClass", "nginx", "networking.k8s.io/v1", spec={"controller": "k8s.io/ingress-nginx"}),
    thing("StorageClass", "standard", "storage.k8s.io/v1", provisioner="csi.example.com"),
    thing(
        "StorageClass",
        "local",
        "storage.k8s.io/v1",
        provisioner="kubernetes.io/no-provisioner",
        volumeBindingMode="WaitForFirstConsumer",
    ),
    thing("PriorityClass", "normal", "scheduling.k8s.io/v1", value=100),
    thing("PriorityClass", "batch-first", "scheduling.k8s.io/v1", value=1000),
)
