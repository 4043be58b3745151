"""Nodes that are not well, or not schedulable.

The table says only whether a node is ready. Pressure shows in the node itself: so a few nodes are read in full, and of
more those on which something is not well.
"""

from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.vocabulary.observation import NodeSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

MOST = 20
_TROUBLE = {True: "False", False: "True"}
"""A condition is a trouble when it is true; those whose names end in `Ready` when it is false."""
_NO_TROUBLE = ("EtcdIsVoter",)


def node_seen(node: dict[str, Any]) -> NodeSeen:
    conditions = {each.type: each for each in conditions_seen(node.get("status", {}))}
    ready = conditions.get("Ready")
    pressing = tuple(
        name if each.status == "True" else f"{name}={each.status}"
        for name, each in conditions.items()
        if name != "Ready" and name not in _NO_TROUBLE and each.status == _TROUBLE[name.endswith("Ready")]
    )
    return NodeSeen(
        name=node["metadata"]["name"],
        uid=str(node["metadata"].get("uid", "")),
        ready=ready is not None and ready.status == "True",
        unschedulable=bool(node.get("spec", {}).get("unschedulable")),
        conditions=pressing if ready is None or ready.status == "True" else (f"Ready={ready.status}", *pressing),
        since=ready.since if ready else None,
        message=ready.message if ready and ready.status != "True" else Untrusted(""),
    )


def well(node: NodeSeen) -> bool:
    return node.ready and not node.unschedulable and not node.conditions


async def read_nodes(look: Look, names: list[str], into: list[NodeSeen]) -> None:
    """Add those of these nodes that are not well, as they come."""

    async def read(name: str) -> None:
        path = path_of(Ref(kind="Node", name=name))
        node = await look.ask_if_there("nodes", lambda: look.api.get_json(path))
        if node is not None and not well(seen := node_seen(node)):
            into.append(seen)

    known = {node.name for node in into}
    wanted = [name for name in dict.fromkeys(names) if name not in known]
    await together([lambda name=name: read(name) for name in wanted[:MOST]])
