"""Nodes that are not ready, under pressure or without network. A cordoned node is somebody's intention: a notice."""

from collections.abc import Iterator

from incident_mcp.investigate.fitting import fit
from incident_mcp.investigate.kinds.nodes import (
    NODE_CORDONED,
    NODE_NETWORK,
    NODE_NOT_READY,
    NODE_OUT_OF_MEMORY,
    NODE_PRESSURE,
    NODE_PROBLEM,
)
from incident_mcp.investigate.network_agents import agent_lacking
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, NodeSeen, Observation
from incident_mcp.vocabulary.refs import Ref

_PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure")
_NETWORK = "NetworkUnavailable"
_NO_NETWORK = ("cni plugin not initialized", "NetworkPluginNotReady", "NetworkReady=false")
SYSTEM_OOM = "SystemOOM"


def find(seen: Observation) -> Iterator[Finding]:
    for node in filter(lambda each: _concerns(seen, each.name), seen.nodes):
        pressures = [name for name in node.conditions if name in _PRESSURES]
        if _NETWORK in node.conditions:
            yield _without_network(seen, node)
        elif not node.ready:
            yield _not_ready(seen, node)
        elif pressures:
            yield _pressed(node, pressures)
        elif node.conditions:
            yield _problem(node)
        if node.unschedulable and node.ready:
            yield _cordoned(node)
    for name, events in out_of_memory_nodes(seen).items():
        yield _out_of_memory(seen, name, events)


def _concerns(seen: Observation, name: str) -> bool:
    """A look at less than the cluster is told of the nodes that carry its unwell pods, or that they ask for."""
    if seen.scope.namespace is None:
        return True
    if any(pod.node == name for pod in seen.pods if not pod.ready):
        return True
    asked = (where for pod in seen.pods if pod.node is None and (where := fit(seen.places, pod)))
    return any(not where.open and any(place.name == name for place in where.matching) for where in asked)


def out_of_memory_nodes(seen: Observation) -> dict[str, list[EventSeen]]:
    """Nodes whose kernel killed processes for memory, with the kubelet's reports; latest first."""
    found: dict[str, list[EventSeen]] = {}
    for event in seen.events:
        if event.reason == SYSTEM_OOM and event.about.kind == "Node":
            found.setdefault(event.about.name, []).append(event)
    return found


def _hurt(seen: Observation, name: str) -> str:
    return count(sum(pod.node == name for pod in seen.pods), "pod")


def silent(node: NodeSeen) -> bool:
    """Nobody has heard of its kubelet for a while."""
    return "Ready=Unknown" in node.conditions


def _says(node: NodeSeen) -> tuple[Evidence, ...]:
    """Why it is not ready, in its kubelet's words."""
    return (Evidence(source=f"Node {node.name}, condition Ready", value=node.message),) if node.message else ()


def _without_agent(seen: Observation, node: NodeSeen) -> Ref | None:
    """The network's DaemonSet, where the node itself is heard and waits for its network."""
    waits = _NETWORK in node.conditions or any(node.message.contains(phrase) for phrase in _NO_NETWORK)
    return agent_lacking(seen, {node.name}) if waits and not silent(node) else None


def _not_ready(seen: Observation, node: NodeSeen) -> Finding:
    what = "its kubelet is silent" if silent(node) else "it is not ready"
    return finding(
        NODE_NOT_READY,
        target=Ref(kind="Node", name=node.name),
        severity="critical",
        summary=f"{what}; {_hurt(seen, node.name)} on it not well",
        evidence=(
            Evidence(source=f"Node {node.name}, conditions", value=", ".join(node.conditions), at=node.since),
            *_says(node),
        ),
        next_step="Look at the machine and its kubelet; cordon and drain it if it does not come back.",
        since=node.since,
        because_of=_without_agent(seen, node),
    )


def _without_network(seen: Observation, node: NodeSeen) -> Finding:
    return finding(
        NODE_NETWORK,
        target=Ref(kind="Node", name=node.name),
        severity="critical",
        summary=f"its network is not set up; {_hurt(seen, node.name)} on it not well",
        evidence=(Evidence(source=f"Node {node.name}, conditions", value=", ".join(node.conditions), at=node.since),),
        next_step="Look at the CNI plugin's pod on this node, and at the cloud's routes.",
        since=node.since,
        because_of=_without_agent(seen, node),
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


def _problem(node: NodeSeen) -> Finding:
    return finding(
        NODE_PROBLEM,
        target=Ref(kind="Node", name=node.name),
        severity="warning",
        summary=f"a detector on it reports {listed(node.conditions, most=4)}",
        evidence=(Evidence(source=f"Node {node.name}, conditions", value=", ".join(node.conditions)),),
        next_step="Read the condition's message; cordon the node if pods on it suffer.",
    )


def _cordoned(node: NodeSeen) -> Finding:
    return finding(
        NODE_CORDONED,
        target=Ref(kind="Node", name=node.name),
        severity="notice",
        summary="it is cordoned: no new pod is placed on it",
        evidence=(Evidence(source=f"Node {node.name}, spec.unschedulable", value="true"),),
        next_step="Ask who cordoned it; uncordon it when the work is done.",
    )


def _out_of_memory(seen: Observation, name: str, events: list[EventSeen]) -> Finding:
    times = count(sum(event.count for event in events), "time")
    return finding(
        NODE_OUT_OF_MEMORY,
        target=Ref(kind="Node", name=name),
        severity="critical",
        summary=f"it ran out of memory and its kernel killed processes {times}; {_hurt(seen, name)} on it not well",
        evidence=(Evidence(source=f"event of Node {name}", value=events[0].message, at=events[0].last),),
        next_step="Find the pods there that use more than they request; move or limit them.",
        since=min(event.first for event in events),
    )
