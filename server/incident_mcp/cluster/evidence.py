"""What a change is about to destroy: the logs of the pods that it replaces. A rollback deletes the crashing pods, and
their logs with them, so the last lines are saved first.
"""

from functools import partial
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.cluster.look import together
from incident_mcp.cluster.pod_logs import pod_logs, stamped_lines
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.errors import ClusterError
from incident_mcp.vocabulary.observation import PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

PODS = 3
LINES = 30


async def evidence_of(api: Api, workload: Ref) -> dict[str, Any]:
    """The last lines of the worst pods of a workload, current and previous instance, by pod and container.

    Raises `ClusterError` when the workload's pods can't be read; a single log that can't be read is left out.
    """
    failing = [pod for pod in await _pods(api, workload) if not pod.ready]
    failing.sort(key=lambda pod: -max((one.restarts for one in pod.containers), default=0))
    saved: dict[str, Any] = {}
    jobs = [
        partial(_save, api, pod.ref, container.name, previous, saved)
        for pod in failing[:PODS]
        for container in pod.containers
        if not container.ready
        for previous in ((False, True) if container.restarts else (False,))
    ]
    await together(jobs)
    return saved


async def _pods(api: Api, workload: Ref) -> list[PodSeen]:
    query = workload_seen(await api.get_json(path_of(workload)), workload.kind).pods_query
    listed = await api.get_json(collection("Pod", workload.namespace), params={"labelSelector": query})
    return [pod for item in items(listed, "items") if (pod := pod_seen(item)).owner == workload]


async def _save(api: Api, pod: Ref, container: str, previous: bool, saved: dict[str, Any]) -> None:
    try:
        log = await pod_logs(api, pod, container=container, previous=previous, tail=LINES)
    except ClusterError:
        return
    instance = "previous" if previous else "current"
    lines = [f"{time.isoformat() if time else '?'} {quote(Untrusted(text))}" for time, text in stamped_lines(log)]
    if lines:
        saved[f"log of {pod.name}/{container}, {instance} instance"] = lines
