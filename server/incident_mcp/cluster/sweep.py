"""The fast first pass: server-side tables without objects, all at once.

A table of pods costs a tenth of the pods, and says who is not well; nobody else is looked at again. Without objects it
does not carry namespaces: pods are asked for one namespace at a time, which also spreads the work of a large cluster.
Workloads and endpoint slices are few, and mostly well: one table of the whole cluster; the few that are not well are
then located by their names, many of them by a table for each namespace.
"""

from functools import partial

import msgspec

from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection
from incident_mcp.cluster.look import Job, Look, together
from incident_mcp.cluster.owners import controller_name
from incident_mcp.cluster.table_rows import (
    Reader,
    Sweep,
    nodes_of_table,
    pods_of_table,
    slices_of_table,
    workloads_of_table,
)
from incident_mcp.cluster.tables import Table

FEW = 2
"""Up to so many namespaces are simply asked one by one."""
NAMES = 10
"""Up to so many unwell names are located one by one: a name costs one request, however many namespaces there are."""
_EMPTY: Table = Table()


async def sweep(look: Look, found: Sweep, namespaces: list[str], *, nodes: bool = True) -> None:
    """Fill `found` with these namespaces, as it comes. What can't be read is noted on the look."""

    async def pods_and_workloads() -> None:
        await sweep_pods(look, found, namespaces)
        await sweep_workloads(look, found, namespaces)

    await together([pods_and_workloads, *([partial(sweep_nodes, look, found)] if nodes else [])])


async def sweep_pods(look: Look, found: Sweep, namespaces: list[str]) -> None:
    await together([_job(look, found, "pods", "Pod", namespace, pods_of_table) for namespace in namespaces])


async def sweep_workloads(look: Look, found: Sweep, namespaces: list[str]) -> None:
    """After the pods: where those of many controllers are unwell, so are many Deployments, and what would tell how
    many is not asked first.
    """
    many = len({(row.namespace, controller_name(row.name)) for row in found.pods}) > NAMES
    jobs: list[Job] = []
    for kind in WORKLOAD_KINDS:
        read = workloads_of_table(kind)
        if many and kind == "Deployment":
            jobs += [_job(look, found, "workloads", kind, namespace, read) for namespace in namespaces]
        else:
            jobs.append(_wide(look, found, "workloads", kind, namespaces, read))
    await together(jobs)


async def sweep_nodes(look: Look, found: Sweep) -> None:
    await _job(look, found, "nodes", "Node", "", nodes_of_table)()


async def sweep_endpoints(look: Look, found: Sweep, namespaces: list[str]) -> None:
    """Endpoint slices that nobody stands behind."""
    await _wide(look, found, "endpoints", "EndpointSlice", namespaces, slices_of_table)()


def _wide(look: Look, found: Sweep, what: str, kind: str, namespaces: list[str], read: Reader) -> Job:
    """One table of the whole cluster, then only the unwell; where that is not allowed, one for each namespace."""
    each = [_job(look, found, what, kind, namespace, read) for namespace in namespaces]

    async def run() -> None:
        if len(namespaces) > FEW:
            path = collection(kind, None)
            # Forbidden here may be allowed in some namespaces: then the requests one by one tell what is wrong.
            table = await look.ask(what, lambda: look.api.table(path), None, note=False)
            if table is not None:
                look.told(kind, table.metadata.resource_version)
                if not table.rows:
                    found.absent.add(kind)
                if await _located(look, found, what, kind, table, read):
                    return
        await together(each)

    return run


async def _located(look: Look, found: Sweep, what: str, kind: str, table: Table, read: Reader) -> bool:
    """Add what the cluster's table says, its unwell rows with their namespaces; false when they are too many."""
    trial, located = Sweep(), Sweep()
    read(trial, table, "")
    names = sorted({row.ref.name for row in trial.workloads} | {ref.name for ref in trial.idle_slices})
    if len(names) > NAMES:
        return False

    async def locate(name: str) -> None:
        params = {"fieldSelector": f"metadata.name={name}"}
        call = partial(look.api.table, collection(kind, None), params=params, include_object="Metadata")
        for row in (await look.ask(what, call, _EMPTY)).rows:
            namespace = text(row.object or {}, "metadata", "namespace")
            read(located, msgspec.structs.replace(table, rows=[row]), namespace)

    await together([partial(locate, name) for name in names])
    found.workloads += located.workloads
    found.idle_slices += located.idle_slices
    found.workloads_seen += trial.workloads_seen
    return True


def _job(look: Look, found: Sweep, what: str, kind: str, namespace: str, read: Reader) -> Job:
    async def run() -> None:
        path = collection(kind, namespace or None)
        table = await look.ask(what, lambda: look.api.table(path), _EMPTY, where=namespace)
        look.told(kind, table.metadata.resource_version)
        if table.rows:
            read(found, table, namespace)

    return run
