"""Did a write of unknown outcome land? Read from the object itself; nothing is sent.

A patch landed when its values stand there and our field manager wrote to the object since (the API server takes the
manager from the user agent, before the slash). Somebody else's equal value proves nothing, nor does a pod that is gone:
whoever deleted it leaves no name. Then it is *can't tell*, which is `unknown`.
"""

from datetime import datetime, timedelta
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, items, text
from incident_mcp.cluster.moments import moment
from incident_mcp.mitigate.pointers import same, value_at
from incident_mcp.vocabulary.action import Landed
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.plan import Write

MANAGER = "incident-mcp"
_SUBRESOURCES = ("/scale", "/eviction", "/exec")


async def landed(api: Api, write: Write, since: datetime) -> Landed:
    """What the cluster says of one write sent at `since`. Raises `ClusterError` when the object can't be read."""
    path = object_path(write)
    try:
        live = await api.get_json(path)
    except NotFound:
        return "unknown"
    if write.method != "PATCH":
        return _of_a_removal(live, write)
    scaled = await api.get_json(write.path) if write.path != path else live
    if _holds(scaled, write, ("add", "replace", "remove")):
        return "applied" if _written_by_us(live, since) else "unknown"
    return "not applied" if _holds(scaled, write, ("test",)) else "unknown"


def object_path(write: Write) -> str:
    """The path of the object itself, without the subresource that the write goes to."""
    for subresource in _SUBRESOURCES:
        if write.path.endswith(subresource):
            return write.path.removesuffix(subresource)
    return write.path


def _of_a_removal(live: Json, write: Write) -> Landed:
    """Still there and not going, under the uid that was to be removed: then it was not."""
    same = text(live, "metadata", "uid") == _uid_to_remove(write)
    return "not applied" if same and not text(live, "metadata", "deletionTimestamp") else "unknown"


def _uid_to_remove(write: Write) -> str:
    body: Any = write.body
    options = value_at(body, "/deleteOptions") or body
    return str(value_at(options, "/preconditions/uid") or "")


def _holds(live: Json, write: Write, operations: tuple[str, ...]) -> bool:
    body: Any = write.body
    return all(same(value_at(live, one["path"]), one.get("value")) for one in body if one["op"] in operations)


def _written_by_us(live: Json, since: datetime) -> bool:
    """Managed fields have whole seconds only."""
    times = (
        moment(entry.get("time"))
        for entry in items(live, "metadata", "managedFields")
        if text(entry, "manager") == MANAGER
    )
    return any(time is not None and time >= since - timedelta(seconds=1) for time in times)
