"""What events tell of changes that leave no other trace: autoscaling, and nodes that come, go, or turn unready."""

import re
from datetime import datetime
from functools import partial

from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.events import MOST, event_seen
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import collection, is_name
from incident_mcp.cluster.look import together
from incident_mcp.vocabulary.change import ChangeKind, ChangeSeen
from incident_mcp.vocabulary.observation import EventSeen

_NODE = {
    "RegisteredNode": "joined the cluster",
    "RemovingNode": "is being removed",
    "DeletingNode": "is being removed",
    "NodeNotReady": "turned not ready",
    "NodeReady": "turned ready",
    "NodeNotSchedulable": "was cordoned",
    "NodeSchedulable": "was uncordoned",
    "Rebooted": "rebooted",
    "NodeHasDiskPressure": "ran short of disk",
    "NodeHasInsufficientMemory": "ran short of memory",
    "NodeHasInsufficientPID": "ran short of process ids",
    "ScaleDown": "is removed by the autoscaler",
}
_SCALED = {"SuccessfulRescale": "scaled", "TriggeredScaleUp": "asked for more nodes"}
_SIZE = re.compile(r"New size: (\d+)")


async def read_happenings(window: Window) -> None:
    """Events of autoscalers and, where the whole cluster is looked at, of nodes."""
    jobs = [partial(_read, window, place, "HorizontalPodAutoscaler", "scaling") for place in window.places]
    if window.cluster_wide:
        jobs.append(partial(_read, window, "default", "Node", "node"))  # events about nodes live in `default`
    await together(jobs)


async def _read(window: Window, place: str | None, kind: str, change: ChangeKind) -> None:
    look, params = window.look, {"fieldSelector": f"involvedObject.kind={kind}", "limit": MOST}
    call = partial(look.api.get_json, collection("Event", place), params=params)
    answer = await look.ask("events", call, {}, where=place or "")
    if text(answer, "metadata", "continue"):
        look.miss(f"events of {kind}s beyond the first {MOST}", "too many", place or "")
    for event in map(event_seen, items(answer, "items")):
        if is_name(event.about.name):
            window.add(_changes(event, change))


def _changes(event: EventSeen, change: ChangeKind) -> list[ChangeSeen]:
    """One for its last time, and one for its first when that was another."""
    words = _NODE.get(event.reason) if change == "node" else _scaled(event)
    if words is None:
        return []
    times: list[datetime] = [event.last] if event.first == event.last else [event.last, event.first]
    return [
        ChangeSeen(target=event.about, at=at, kind=change, text=words, manager=event.source or None) for at in times
    ]


def _scaled(event: EventSeen) -> str | None:
    words = _SCALED.get(event.reason)
    size = event.message.identifiers(_SIZE)
    return f"{words} to {size[0]}" if words and size else words
