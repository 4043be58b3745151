"""All pods of a few workloads of which only some fail: what those have in common shows beside the healthy."""

from datetime import datetime
from functools import partial

from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.node_traits import read_node_traits
from incident_mcp.cluster.picture import Picture
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.table_rows import FLAPPING
from incident_mcp.vocabulary.observation import PodSeen, WorkloadSeen

WORKLOADS = 4
"""The worst few; an answer shows no more of them."""
MOST = 200
"""Pods of one workload: enough to tell a zone from an accident."""


async def read_siblings(look: Look, picture: Picture) -> None:
    """Fill in the siblings and their nodes. Pods that the look has read in full already are not asked for again."""
    failing = {pod.owner for pod in picture.pods if not pod.ready or _restarted(pod, look.clock())}
    partly = [each for each in picture.workloads.values() if each.ready and each.ref in failing]
    partly.sort(key=lambda each: (each.ready / max(1, each.desired), -each.desired))
    await together([partial(_pods, look, picture, each) for each in partly[:WORKLOADS]])
    nodes = {pod.node for pod in picture.siblings if pod.node}
    if len(nodes) > 1:
        await read_node_traits(look, nodes, picture.node_traits)


def _restarted(pod: PodSeen, now: datetime) -> bool:
    return any(each.last_finished is not None and now - each.last_finished <= FLAPPING for each in pod.containers)


async def _pods(look: Look, picture: Picture, workload: WorkloadSeen) -> None:
    known = [pod for pod in picture.pods if pod.owner == workload.ref]
    if any(pod.ready for pod in known) and len(known) >= workload.desired:  # a look at one workload has them all
        picture.siblings.extend(known)
        return
    if not workload.pods_query:
        return
    path, where = collection("Pod", workload.ref.namespace), workload.ref.namespace or ""
    params: dict[str, str | int] = {"labelSelector": workload.pods_query, "limit": MOST}
    answer = await look.ask("pods in full", partial(look.api.get_json, path, params=params), {}, where=where)
    if text(answer, "metadata", "continue"):
        look.miss(f"pods of {workload.ref} beyond the first {MOST}", "too many")
    pods = (pod_seen(item) for item in items(answer, "items"))
    picture.siblings.extend(pod for pod in pods if pod.owner == workload.ref)
