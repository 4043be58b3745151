"""What nodes are, from the server's own table: its columns hold what the kubelet reports, its metadata the labels.

A node as an object carries the list of all images that it holds; a row costs a fraction of that.
"""

from functools import partial

from incident_mcp.cluster.json_parts import Json, part
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.tables import Row, Table
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.untrusted import Untrusted

MOST = 40
"""Nodes that are asked for one by one; beyond, one table of all of them is cheaper."""

_ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_POOLS = (
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "alpha.eksctl.io/nodegroup-name",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
    "karpenter.sh/provisioner-name",
    "kops.k8s.io/instancegroup",
    "doks.digitalocean.com/node-pool",
    "k8s.scaleway.com/pool-name",
    "agentpool",
    "node-pool",
    "nodepool",
    "pool",
)
"""Each provider's own label for the group that a node was made in; Kubernetes has none that is common."""
_TYPES = ("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type")
_CAPACITY = (
    "karpenter.sh/capacity-type",
    "eks.amazonaws.com/capacityType",
    "kubernetes.azure.com/scalesetpriority",
    "cloud.google.com/gke-provisioning",
)
_IMAGES = ("kubernetes.azure.com/node-image-version", "eks.amazonaws.com/nodegroup-image")
"""More exact than the name of the operating system, where a provider tells it."""
_NOTHING: Table = Table()


async def read_node_traits(look: Look, names: set[str], into: list[NodeTraits]) -> None:
    """Add these nodes, as they come."""
    if len(names) > MOST:
        await _read(look, {}, names, into)
        return
    await together([partial(_read, look, {"fieldSelector": f"metadata.name={name}"}, {name}, into) for name in names])


async def _read(look: Look, params: dict[str, str | int], names: set[str], into: list[NodeTraits]) -> None:
    call = partial(look.api.table, collection("Node", None), params=params, include_object="Metadata")
    table = await look.ask("nodes", call, _NOTHING)
    into.extend(node for row in table.rows if (node := _traits(table, row)).name in names)


def _traits(table: Table, row: Row) -> NodeTraits:
    labels: Json = part(row.object or {}, "metadata", "labels")
    image = _first(labels, _IMAGES)
    return NodeTraits(
        name=str(row.cells[max(table.column("Name"), 0)]),
        zone=_first(labels, _ZONES),
        pool=_first(labels, _POOLS),
        instance_type=_first(labels, _TYPES),
        capacity=_first(labels, _CAPACITY),
        architecture=_first(labels, ("kubernetes.io/arch",)),
        kubelet=_cell(table, row, "Version"),
        image=Untrusted(image) if image else _cell(table, row, "OS-Image"),
        kernel=_cell(table, row, "Kernel-Version"),
        runtime=_cell(table, row, "Container-Runtime"),
    )


def _first(labels: Json, keys: tuple[str, ...]) -> str:
    return next((str(labels[key]) for key in keys if labels.get(key)), "")


def _cell(table: Table, row: Row, column: str) -> Untrusted:
    index = table.column(column)
    value = str(row.cells[index]) if index >= 0 else ""
    return Untrusted("" if value in ("<unknown>", "<none>") else value)
