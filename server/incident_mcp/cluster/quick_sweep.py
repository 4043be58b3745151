"""The sweep for a glance: fewest requests, and what has come counts whenever the time is over.

Pods are asked for one namespace at a time, which keeps their tables small. Workloads are few: one table a kind for the
whole cluster, its rows with their metadata, which tells the namespace.
"""

from collections import defaultdict
from functools import partial

import msgspec

from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection
from incident_mcp.cluster.look import Job, Look, together
from incident_mcp.cluster.table_rows import Reader, Sweep, nodes_of_table, pods_of_table, workloads_of_table
from incident_mcp.cluster.tables import Row, Table

_EMPTY: Table = Table()


async def quick_sweep(look: Look, found: Sweep, namespaces: list[str], *, whole: bool, nodes: bool) -> None:
    """Fill `found`. `whole`: these are all namespaces that there are."""
    jobs: list[Job] = [partial(_each, look, found, "pods", "Pod", [name], pods_of_table) for name in namespaces]
    for kind in WORKLOAD_KINDS:
        read = workloads_of_table(kind)
        jobs.append(partial(_wide if whole else _each, look, found, "workloads", kind, namespaces, read))
    if nodes:
        jobs.append(partial(_each, look, found, "nodes", "Node", [""], nodes_of_table))
    await together(jobs)


async def _each(look: Look, found: Sweep, what: str, kind: str, namespaces: list[str], read: Reader) -> None:
    async def ask(namespace: str) -> None:
        path = collection(kind, namespace or None)
        table = await look.ask(what, lambda: look.api.table(path), _EMPTY, where=namespace)
        if table.rows:
            read(found, table, namespace)

    await together([partial(ask, namespace) for namespace in namespaces])


async def _wide(look: Look, found: Sweep, what: str, kind: str, namespaces: list[str], read: Reader) -> None:
    """One request, and where that is not allowed, one for each namespace."""
    path = collection(kind, None)
    table = await look.ask(what, lambda: look.api.table(path, include_object="Metadata"), None, note=False)
    if table is None:
        await _each(look, found, what, kind, namespaces, read)
        return
    by_namespace: defaultdict[str, list[Row]] = defaultdict(list)
    for row in table.rows:
        by_namespace[text(row.object or {}, "metadata", "namespace")].append(row)
    for namespace, rows in by_namespace.items():
        read(found, msgspec.structs.replace(table, rows=rows), namespace)
