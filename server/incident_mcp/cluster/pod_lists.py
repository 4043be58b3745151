"""Pods by name, by selector or of a whole namespace, to read their logs."""

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import Params
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import KINDS, collection
from incident_mcp.cluster.namespaces import require_namespace
from incident_mcp.cluster.objects import read_one
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.vocabulary.observation import PodSeen

MOST = 250


async def one_pod(api: Api, namespace: str, name: str) -> PodSeen:
    """Raises `NotFound` with near misses, `Forbidden`, and what else the API raises."""
    return pod_seen(await read_one(api, KINDS["Pod"], namespace, name))


async def pods_in(api: Api, namespace: str, selector: str = "") -> tuple[PodSeen, ...]:
    """The first `MOST`. Raises `NotFound` for a namespace that is not there, `Forbidden`, and what the API raises."""
    params: Params = {"limit": MOST} | ({"labelSelector": selector} if selector else {})
    found = await api.get_json(collection("Pod", namespace), params=params)
    if not items(found, "items"):
        await require_namespace(api, namespace)
    return tuple(pod_seen(item) for item in items(found, "items"))
