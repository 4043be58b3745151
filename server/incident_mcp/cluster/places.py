"""The nodes as places for pods: read when a pod finds none, since the scheduler tells numbers and no names."""

from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.nodes import node_seen, well
from incident_mcp.vocabulary.observation import NodeSeen, PodSeen
from incident_mcp.vocabulary.places_seen import PlaceSeen, TaintSeen

MOST = 500
"""A cluster with more nodes is not read for this; then only the scheduler's numbers speak."""
_KEEPS_AWAY = ("NoSchedule", "NoExecute")


def place_seen(node: dict[str, Any]) -> PlaceSeen:
    spec = part(node, "spec")
    return PlaceSeen(
        name=text(node, "metadata", "name"),
        labels=part(node, "metadata", "labels"),
        taints=tuple(
            TaintSeen(key=text(each, "key"), value=text(each, "value"), effect=text(each, "effect"))
            for each in items(spec, "taints")
            if text(each, "effect") in _KEEPS_AWAY
        ),
        unschedulable=bool(spec.get("unschedulable")),
    )


async def read_places(look: Look, pods: list[PodSeen], into: list[PlaceSeen], unwell: list[NodeSeen]) -> None:
    """Add all nodes, if one of these pods waits for one; those that are not well to `unwell` too."""
    if not any(pod.phase == "Pending" and pod.node is None and not pod.gated for pod in pods):
        return
    path = collection("Node", None)
    answer = await look.ask("nodes", lambda: look.api.get_json(path, params={"limit": MOST}), {})
    if text(answer, "metadata", "continue"):
        look.miss(f"labels and taints of more than {MOST} nodes", "too many")
        return
    nodes = items(answer, "items")
    into.extend(place_seen(each) for each in nodes)
    known = {node.name for node in unwell}
    unwell.extend(seen for each in nodes if not well(seen := node_seen(each)) and seen.name not in known)
