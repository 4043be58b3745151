"""Nodes that are not well, or not schedulable."""

from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.vocabulary.observation import NodeSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

MOST = 20


def node_seen(node: dict[str, Any]) -> NodeSeen:
    conditions = {each.type: each for each in conditions_seen(node.get("status", {}))}
    ready = conditions.get("Ready")
    pressing = tuple(
        name for name, each in conditions.items() if name != "Ready" and each.status == "True"
    )  # every condition but Ready is a trouble when it is true
    return NodeSeen(
        name=node["metadata"]["name"],
        uid=str(node["metadata"].get("uid", "")),
        ready=ready is not None and ready.status == "True",
        unschedulable=bool(node.get("spec", {}).get("unschedulable")),
        conditions=pressing if ready is None or ready.status == "True" else (f"Ready={ready.status}", *pressing),
        since=ready.since if ready else None,
        message=ready.message if ready and ready.status != "True" else Untrusted(""),
    )


async def read_nodes(look: Look, names: list[str], into: list[NodeSeen]) -> None:
    """Add these nodes in full, as they come."""

    async def read(name: str) -> None:
        path = path_of(Ref(kind="Node", name=name))
        node = await look.ask_if_there("nodes", lambda: look.api.get_json(path))
        if node is not None:
            into.append(node_seen(node))

    await together([lambda name=name: read(name) for name in names[:MOST]])
