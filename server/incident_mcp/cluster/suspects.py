"""Kinds of which most objects are well: one table of the whole cluster, then in full only those whose row looks off.

Both steps list, so the right to list is enough. A name that several namespaces hold is read in each of them; whoever
then looks at the whole object sees which one it is.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import KINDS, collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.tables import Table

FEW = 2
"""Up to so many namespaces are simply asked one by one."""
MOST = 20
"""Objects of one kind that are read in full in one look."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Which rows of a kind's table look off, by name, and what becomes of the whole object."""

    what: str
    kind: str
    names: Callable[[Table], Iterable[str]]
    add: Callable[[dict[str, Any]], None]


async def read_suspects(look: Look, suspicion: Suspicion, namespaces: list[str]) -> None:
    """Add the suspects of these namespaces (of the whole cluster, for a kind that has none), as they come."""
    where = namespaces if KINDS[suspicion.kind].namespaced else [""]
    if len(where) > FEW:
        path = collection(suspicion.kind, None)
        table = await look.ask(suspicion.what, lambda: look.api.table(path), None, note=False)
        if table is not None:
            await _in_full(look, suspicion, table, "", frozenset(where))
            return
    await together([partial(_of_namespace, look, suspicion, namespace) for namespace in where])


async def _of_namespace(look: Look, suspicion: Suspicion, namespace: str) -> None:
    path = collection(suspicion.kind, namespace or None)
    table = await look.ask(suspicion.what, lambda: look.api.table(path), Table(), where=namespace)
    if table.rows:
        await _in_full(look, suspicion, table, namespace, frozenset((namespace,)))


async def _in_full(look: Look, suspicion: Suspicion, table: Table, namespace: str, among: frozenset[str]) -> None:
    names = list(dict.fromkeys(suspicion.names(table)))
    if len(names) > MOST:
        look.miss(f"{len(names) - MOST} of {len(names)} {suspicion.what} in full", "too many", namespace)

    async def read(name: str) -> None:
        params = {"fieldSelector": f"metadata.name={name}"}
        call = partial(look.api.get_json, collection(suspicion.kind, namespace or None), params=params)
        for item in items(await look.ask(suspicion.what, call, {}, where=namespace), "items"):
            if text(item, "metadata", "namespace") in among:
                suspicion.add(item)

    await together([partial(read, name) for name in names[:MOST]])
