"""Nodes that are not ready, or under pressure. A cordoned node is somebody's intention, not a fault."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import NODE_NOT_READY, NODE_PRESSURE
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import NodeSeen, Observation
from incident_mcp.vocabulary.refs import Ref

_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")


def find(seen: Observation) -> Iterator[Finding]:
    for node in seen.nodes:
        pressures = [name for name in node.conditions if name in _PRESSURES]
        if not node.ready:
            yield _not_ready(seen, node)
        elif pressures:
            yield _pressed(node, pressures)


def _not_ready(seen: Observation, node: NodeSeen) -> Finding:
    hurt = sum(pod.node == node.name for pod in seen.pods)
    silent = "Ready=Unknown" in node.conditions
    return finding(
        NODE_NOT_READY,
        target=Ref(kind="Node", name=node.name),
        severity="critical",
        summary=f"{'its kubelet is silent' if silent else 'it is not ready'}; {count(hurt, 'pod')} on it not well",
        evidence=(Evidence(source=f"Node {node.name}, conditions", value=", ".join(node.conditions), at=node.since),),
        next_step="Look at the machine and its kubelet; cordon and drain it if it does not come back.",
        since=node.since,
    )


def _pressed(node: NodeSeen, pressures: list[str]) -> Finding:
    return finding(
        NODE_PRESSURE,
        target=Ref(kind="Node", name=node.name),
        severity="warning",
        summary=f"it reports {listed(pressures)}",
        evidence=(Evidence(source=f"Node {node.name}, conditions", value=", ".join(node.conditions)),),
        next_step="Find what uses it up; the kubelet evicts pods until it is over.",
    )
