"""Whole lists of kinds of which there are few: one list of the cluster where that may be read, else by namespace."""

from collections.abc import Iterable
from functools import partial

from incident_mcp.cluster.json_parts import Json, items, text
from incident_mcp.cluster.kinds import checked_name
from incident_mcp.cluster.look import Look, together

MOST = 1000
"""Objects of one kind that are read in one look."""
NAMESPACES = 40


async def read_list(look: Look, what: str, root: str, plural: str, namespaces: Iterable[str], into: list[Json]) -> None:
    """Add all objects of this kind in these namespaces, or in the cluster when none is named."""
    places = list(namespaces)
    if len(places) > NAMESPACES:
        look.miss(f"{what} of {len(places) - NAMESPACES} more namespaces", "too many")

    async def read(namespace: str) -> None:
        where = f"/namespaces/{checked_name(namespace)}" if namespace else ""
        call = partial(look.api.get_json, f"{root}{where}/{plural}", params={"limit": MOST})
        answer = await look.ask(what, call, {}, where=namespace)
        if text(answer, "metadata", "continue"):
            look.miss(f"{what} beyond the first {MOST}", "too many", namespace)
        into.extend(items(answer, "items"))

    await together([partial(read, namespace) for namespace in places[:NAMESPACES] or [""]])
