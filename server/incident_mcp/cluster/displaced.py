"""Pods that had to go for others of a higher priority: they are deleted, only the scheduler's events tell of them."""

from functools import partial

from incident_mcp.cluster.events import MOST, event_seen
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.picture import Picture

PREEMPTED = "Preempted"
NAMESPACES = 10
_FULL = ("Insufficient", "Too many pods")


async def read_displaced(look: Look, picture: Picture) -> None:
    """Add those events of the namespaces in which a pod waits for room."""
    waiting = (pod for pod in picture.pods if pod.node is None and any(pod.scheduling.contains(mark) for mark in _FULL))
    namespaces = dict.fromkeys(pod.ref.namespace or "" for pod in waiting)

    async def read(namespace: str) -> None:
        params = {"fieldSelector": f"reason={PREEMPTED}", "limit": MOST}
        call = partial(look.api.get_json, collection("Event", namespace), params=params)
        answer = await look.ask("events", call, {}, where=namespace)
        picture.events.extend(event_seen(each) for each in items(answer, "items"))

    await together([partial(read, namespace) for namespace in list(namespaces)[:NAMESPACES]])
