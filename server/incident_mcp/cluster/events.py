"""Events, matched to their object by uid: a name may belong to something younger.

An event's real last time sits in one of four fields, depending on who wrote it: `series.lastObservedTime`,
`lastTimestamp`, `eventTime` (the scheduler's only one), or the creation of the event itself.
"""

import re
from collections.abc import Container, Mapping
from functools import partial
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection, is_name
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.moments import created, moment
from incident_mcp.vocabulary.observation import EventSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

_CONTAINER = re.compile(r"spec\.(?:initContainers|containers)\{(.+)\}")
ONE_BY_ONE = 24
"""Up to so many objects are asked for one by one: exact, and cheap however many events a namespace holds."""
FEW = 4
"""Beyond so many namespaces, the warnings of the whole cluster are asked for first."""
MOST = 500
"""Events read of one namespace, and kept in one look."""
OF_CLUSTER = 2000
"""Warnings of a whole cluster that are read by one request: up to some two megabytes."""


def event_seen(event: dict[str, Any]) -> EventSeen:
    about = part(event, "involvedObject") or part(event, "regarding")
    series, source = part(event, "series"), part(event, "source")
    first = moment(event.get("firstTimestamp")) or moment(event.get("eventTime")) or created(event)
    last = moment(series.get("lastObservedTime")) or moment(event.get("lastTimestamp")) or first
    return EventSeen(
        about=Ref(kind=str(about.get("kind", "")), namespace=about.get("namespace"), name=str(about.get("name", ""))),
        uid=str(about.get("uid", "")),
        warning=event.get("type") == "Warning",
        reason=str(event.get("reason", "")),
        message=Untrusted(str(event.get("message") or event.get("note") or "")),
        count=int(series.get("count") or event.get("count") or 1),
        first=first,
        last=max(first, last),
        source=str(event.get("reportingComponent") or source.get("component") or ""),
        by=_related(event),
        container=container[1] if (container := _CONTAINER.fullmatch(text(about, "fieldPath"))) else "",
    )


def _related(event: dict[str, Any]) -> Ref | None:
    other = part(event, "related")
    name, kind = text(other, "name"), text(other, "kind")
    return Ref(kind=kind, namespace=text(other, "namespace") or None, name=name) if is_name(name) and kind else None


async def read_events(look: Look, uids: Mapping[str, str | None], into: list[EventSeen]) -> None:
    """Add the events of these objects (uid -> namespace), as they come."""

    async def read(namespace: str | None, selector: str) -> None:
        params = {"limit": MOST} | ({"fieldSelector": selector} if selector else {})
        path = collection("Event", namespace or "default")  # events about cluster-wide objects live in `default`
        answer = await look.ask("events", lambda: look.api.get_json(path, params=params), {}, where=namespace or "")
        if text(answer, "metadata", "continue"):
            look.miss("events beyond the first 500", "too many", namespace or "")
        into.extend(seen for item in items(answer, "items") if (seen := event_seen(item)).uid in uids)

    if len(uids) <= ONE_BY_ONE:
        await together([lambda u=uid, n=space: read(n, f"involvedObject.uid={u}") for uid, space in uids.items()])
        return
    namespaces = dict.fromkeys(uids.values())
    if len(namespaces) > FEW and await _of_cluster(look, uids, into):
        return
    await together([lambda n=space: read(n, "type=Warning") for space in namespaces])


async def _of_cluster(look: Look, uids: Container[str], into: list[EventSeen]) -> bool:
    """All warnings by one request, where it may be made and one page holds them."""
    params = {"limit": OF_CLUSTER, "fieldSelector": "type=Warning"}
    call = partial(look.api.get_json, collection("Event", None), params=params)
    answer = await look.ask("events", call, None, note=False)
    if answer is None or text(answer, "metadata", "continue"):
        return False
    into.extend(seen for item in items(answer, "items") if (seen := event_seen(item)).uid in uids)
    return True
