"""ResourceQuotas of the namespaces in which one of them refused something."""

from typing import Any

from incident_mcp.cluster.json_parts import items, part
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.control_seen import QuotaSeen


def quota_seen(thing: dict[str, Any]) -> QuotaSeen:
    status = part(thing, "status")
    return QuotaSeen(ref=ref_of(thing, "ResourceQuota"), hard=part(status, "hard"), used=part(status, "used"))


async def read_quotas(look: Look, namespaces: list[str], into: list[QuotaSeen]) -> None:
    """Add them, as they come."""

    async def read(namespace: str) -> None:
        path = collection("ResourceQuota", namespace)
        answer = await look.ask("quotas", lambda: look.api.get_json(path), {}, where=namespace)
        into.extend(quota_seen(each) for each in items(answer, "items"))

    await together([lambda n=namespace: read(n) for namespace in namespaces])
