"""What a change is about to destroy: the object as it was, its pods and how they ended, their events, and their logs.
A rollback deletes the crashing pods, and their logs with them, so the last lines are saved first.

Environment values are described, not kept; annotations are left out, since kubectl keeps a copy of them there.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.events import read_events
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import KINDS, as_workload_kind, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.pod_logs import pod_logs, stamped_lines
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.template_fields import describe_env
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock as time_of_day
from incident_mcp.vocabulary.errors import ClusterError
from incident_mcp.vocabulary.observation import EventSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

PODS = 3
"""Pods of which the logs are saved, the worst first."""
LINES = 30
EVENTS = 20


async def evidence_of(api: Api, target: Ref, now: datetime, since: datetime | None = None) -> dict[str, Any]:
    """The target, its pods, their newest events, and the last lines of the worst of them; with `since` only newer
    events and lines.

    Raises `ClusterError` when the target or its pods can't be read; a part beyond is left out.
    """
    if target.kind not in KINDS:
        return {}
    live = await api.get_json(path_of(target))
    pods = await _pods(api, target, live)
    saved: dict[str, Any] = {} if since else {str(target): _object(live)}
    if pods and not since:
        saved["pods"] = [_line(pod) for pod in pods]
    failing = [pod for pod in pods if not pod.ready]
    failing.sort(key=lambda pod: -max((one.restarts for one in pod.containers), default=0))
    uids = {text(live, "metadata", "uid"): target.namespace} | {pod.uid: pod.ref.namespace for pod in failing[:PODS]}
    logs: dict[str, list[str]] = {}
    events: list[EventSeen] = []
    jobs = [partial(_save, api, *each, since, logs) for each in _instances(failing[:PODS])]
    await together([*jobs, partial(read_events, Look(api, lambda: now), uids, events)])
    told = sorted((event for event in events if since is None or event.last > since), key=lambda event: event.last)
    if told:
        saved["events"] = [_told(event) for event in told[-EVENTS:]]
    return saved | dict(sorted(logs.items()))


def _instances(pods: list[PodSeen]) -> Iterator[tuple[Ref, str, bool]]:
    for pod in pods:
        for container in pod.containers:
            if not container.ready:
                yield pod.ref, container.name, False
                if container.restarts:
                    yield pod.ref, container.name, True


async def _pods(api: Api, target: Ref, live: Json) -> list[PodSeen]:
    if target.kind == "Pod":
        return [pod_seen(live)]
    if target.kind == "Node":
        params = {"fieldSelector": f"spec.nodeName={target.name}"}
        return [pod_seen(item) for item in items(await api.get_json(collection("Pod", None), params=params), "items")]
    if as_workload_kind(target) is None:
        return []
    query = workload_seen(live, target.kind).pods_query
    listed = await api.get_json(collection("Pod", target.namespace), params={"labelSelector": query})
    return [pod for item in items(listed, "items") if (pod := pod_seen(item)).owner == target]


def _object(live: Json) -> Json:
    """The specification and the status, without what may hold somebody's secret."""
    spec = _without_values(part(live, "spec"))
    meta = {key: value for key, value in part(live, "metadata").items() if key not in ("managedFields", "annotations")}
    return {"metadata": meta, "spec": spec, "status": part(live, "status")}


def _without_values(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_values(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict):
        return value
    plain: Json = value  # pyright: ignore[reportUnknownVariableType]
    kept = {key: _without_values(each) for key, each in plain.items() if key not in ("env", "annotations")}
    return kept | (
        {"env": {text(one, "name"): describe_env(one) for one in items(plain, "env")}} if "env" in plain else {}
    )


def _line(pod: PodSeen) -> str:
    states = "; ".join(
        f"{each.name} {each.state} {each.reason}".strip() + f", {each.restarts} restarts" for each in pod.containers
    )
    return f"{pod.ref.path} on {pod.node or 'no node'}, {'ready' if pod.ready else 'not ready'}: {states}"


def _told(event: EventSeen) -> str:
    about = f"{event.about.kind} {event.about.name}"
    return f"{time_of_day(event.last)} {about}: {event.reason} x{event.count} {quote(event.message)}"


async def _save(
    api: Api, pod: Ref, container: str, previous: bool, since: datetime | None, saved: dict[str, list[str]]
) -> None:
    try:
        log = await pod_logs(api, pod, container=container, previous=previous, tail=LINES, since_time=since)
    except ClusterError:
        return
    instance = "previous" if previous else "current"
    lines = [
        f"{time.isoformat() if time else '?'} {quote(Untrusted(text))}"
        for time, text in stamped_lines(log)
        if since is None or (time is not None and time > since)
    ]
    if lines:
        saved[f"log of {pod.name}/{container}, {instance} instance"] = lines
