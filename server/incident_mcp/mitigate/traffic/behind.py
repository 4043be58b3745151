"""What stands behind a backend: its Service, who is ready to answer, and whose containers ended of late.

Ready addresses are read from EndpointSlices, which know readiness and ports as the proxies do. Where the traffic goes
to pods that no slice is about yet (a subset, a selector of tomorrow), the pods themselves are counted.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.cluster.look import Job, together
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.selectors import equality
from incident_mcp.cluster.services import SERVICE_LABEL, endpoints_seen
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.traffic import Backend

PODS = 200


@dataclass
class Behind:
    """`ready` is None where that can't be told: a Service that names a host outside of the cluster."""

    exists: bool = True
    ready: int | None = 0
    ports: list[Json] = field(default_factory=list[Json])
    ended: str = ""
    """A pod whose container failed since; empty: none did."""


async def behind(api: Api, backend: Backend, since: datetime | None = None) -> Behind:
    """One backend as it is now; with `since`, also which container of it has failed since then.

    Raises `ClusterError` when it can't be read.
    """
    try:
        service = await api.get_json(path_of(backend.service))
    except NotFound:
        return Behind(exists=False)
    found = Behind(ports=items(service, "spec", "ports"))
    if text(service, "spec", "type") == "ExternalName":
        found.ready = None
        return found
    narrowed = bool(backend.selector or backend.subset)
    labels = {**(backend.selector or part(service, "spec", "selector")), **backend.subset}
    jobs: list[Job] = [] if narrowed else [partial(_addresses, api, backend, found)]
    if labels and (narrowed or since):
        jobs.append(partial(_pods, api, backend, labels, since, found, counted=narrowed))
    await together(jobs)
    return found


async def _addresses(api: Api, backend: Backend, found: Behind) -> None:
    path = collection("EndpointSlice", backend.service.namespace)
    params = {"labelSelector": f"{SERVICE_LABEL}={backend.service.name}"}
    slices = items(await api.get_json(path, params=params), "items")
    found.ready = sum(well for well, _ in endpoints_seen(slices).get(backend.service.name, {}).values())


async def _pods(
    api: Api, backend: Backend, labels: dict[str, str], since: datetime | None, found: Behind, *, counted: bool
) -> None:
    path = collection("Pod", backend.service.namespace)
    listed = await api.get_json(path, params={"labelSelector": equality(labels), "limit": PODS})
    pods = items(listed, "items")
    if counted:
        seen = [pod_seen(pod) for pod in pods]
        found.ready = sum(pod.ready and not pod.deleting for pod in seen)
    if since is not None:
        found.ended = next((name for pod in pods if (name := _ended(pod, since))), "")


def _ended(pod: Json, since: datetime) -> str:
    """`web-v2-abc (exit 1)`, where a container of it failed after that moment (times have whole seconds)."""
    if text(pod, "metadata", "deletionTimestamp"):
        return ""
    for status in items(pod, "status", "containerStatuses"):
        for state in (part(status, "state", "terminated"), part(status, "lastState", "terminated")):
            at = moment(state.get("finishedAt"))
            if at is not None and at > since and state.get("exitCode"):
                return f"{text(pod, 'metadata', 'name')} (exit {state['exitCode']})"
    return ""
