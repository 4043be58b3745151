"""Nodes by their managed fields: which were cordoned, uncordoned or tainted, and which are new."""

from functools import partial

from incident_mcp.cluster.changes.metadata import Known, Written
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import together
from incident_mcp.vocabulary.change import ChangeSeen

MOST = 20
"""Nodes read in full, to see which way a cordon went."""
_FIELDS = ("f:unschedulable", "f:taints")


async def read_nodes(window: Window) -> None:
    things = await window.known("nodes", "Node", wide=True)
    window.add(
        ChangeSeen(target=thing.ref, at=thing.created, kind="node", text="joined the cluster")
        for thing in things
        if thing.created is not None
    )
    written = [thing for thing in things if any(_tells(entry) for _, entry in thing.writes(window.since))]
    await together([partial(_in_full, window, thing) for thing in written[:MOST]])


def _tells(entry: Written) -> bool:
    return any(field in part(entry.parts(), "f:spec") for field in _FIELDS)


async def _in_full(window: Window, thing: Known) -> None:
    look = window.look
    node = await look.ask_if_there("nodes", partial(look.api.get_json, path_of(thing.ref)))
    if node is None:
        return
    at, entry = max(((at, entry) for at, entry in thing.writes(window.since) if _tells(entry)), key=lambda w: w[0])
    cordoned = part(node, "spec").get("unschedulable") is True
    words = "is cordoned" if cordoned else "was uncordoned, or its taints were edited"
    window.add([ChangeSeen(target=thing.ref, at=at, kind="node", text=words, manager=entry.manager)])
