"""All of one workload, well or not: the object, its revisions, its pods."""

from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.revisions import read_revisions
from incident_mcp.cluster.rollout_history import with_revisions
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.vocabulary.observation import PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 200
"""Pods of one workload read in full."""


async def read_scope(look: Look, ref: Ref) -> tuple[WorkloadSeen, tuple[PodSeen, ...]]:
    """Raises `NotFound` with near misses, `Forbidden`: without the object there is nothing to tell."""
    thing = await workload_object(look.api, ref)
    look.answered += 1
    workload = workload_seen(thing, ref.kind)
    seen = await look.ask("revisions", lambda: read_revisions(look.api, workload, thing), (), where=ref.namespace or "")
    look.saw("workloads")
    return with_revisions(workload, seen, thing), await _pods(look, workload)


async def _pods(look: Look, workload: WorkloadSeen) -> tuple[PodSeen, ...]:
    selector = workload.pods_query
    if not selector:
        look.miss("pods", "the workload selects them by expressions")
        return ()
    path, params = collection("Pod", workload.ref.namespace), {"labelSelector": selector, "limit": MOST}
    answer = await look.ask(
        "pods", lambda: look.api.get_json(path, params=params), {}, where=workload.ref.namespace or ""
    )
    if text(answer, "metadata", "continue"):
        look.miss(f"pods beyond the first {MOST}", "too many")
    seen = (pod_seen(item) for item in items(answer, "items"))
    return tuple(pod for pod in seen if pod.owner == workload.ref)
