"""The fast first pass: server-side tables without objects, all at once.

A table of pods costs a tenth of the pods. Its rows say who is not well, in the words of kubectl's own printer; nobody
else is looked at again. A table without objects does not carry namespaces: pods are asked for one namespace at a time,
which also spreads the work of a large cluster. Workloads and endpoint slices are few, and mostly well: one table of the
whole cluster; the few that are not well are then located by their names, many of them by a table for each namespace.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from incident_mcp.cluster.cells import duration, fraction, restarts
from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection
from incident_mcp.cluster.look import Job, Look, together
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.refs import Ref

FLAPPING = timedelta(minutes=10)
"""A pod that runs, but restarted within this time, is not well."""
FEW = 2
"""Up to so many namespaces are simply asked one by one."""
NAMES = 10
"""Up to so many unwell names are located one by one: a name costs one request, however many namespaces there are."""
_DONE = ("Completed", "Succeeded")
_NOBODY = ("<unset>", "<none>", "")
_EMPTY: Table = Table()


@dataclass(frozen=True, slots=True)
class PodRow:
    """A pod that is not well, as the table tells."""

    namespace: str
    name: str
    status: str
    ready: int
    wanted: int
    restarts: int
    restarted: timedelta | None
    age: timedelta | None


@dataclass(frozen=True, slots=True)
class WorkloadRow:
    """A workload with fewer ready or updated pods than it wants."""

    ref: Ref
    desired: int
    ready: int
    updated: int


@dataclass(slots=True)
class Sweep:
    """What the tables showed: the unwell by name, the others by number."""

    pods: list[PodRow] = field(default_factory=list[PodRow])
    workloads: list[WorkloadRow] = field(default_factory=list[WorkloadRow])
    nodes: list[str] = field(default_factory=list[str])
    idle_slices: list[Ref] = field(default_factory=list[Ref])
    """Endpoint slices that nobody stands behind."""
    pods_seen: int = 0
    workloads_seen: int = 0
    nodes_seen: int = 0


_Read = Callable[[Sweep, Table, str], None]


async def sweep(look: Look, namespaces: list[str], *, nodes: bool = True) -> Sweep:
    """Fill a `Sweep` of these namespaces. What can't be read is noted on the look."""
    found = Sweep()
    jobs: list[Job] = []
    jobs += [_job(look, found, "pods", "Pod", namespace, _pods) for namespace in namespaces]
    jobs += [_wide(look, found, "workloads", kind, namespaces, _workloads(kind)) for kind in WORKLOAD_KINDS]
    jobs.append(_wide(look, found, "endpoints", "EndpointSlice", namespaces, _slices))
    if nodes:
        jobs.append(_job(look, found, "nodes", "Node", "", _nodes))
    await together(jobs)
    return found


def _wide(look: Look, found: Sweep, what: str, kind: str, namespaces: list[str], read: _Read) -> Job:
    """One table of the whole cluster, then only the unwell; where that is not allowed, one for each namespace."""
    each = [_job(look, found, what, kind, namespace, read) for namespace in namespaces]

    async def run() -> None:
        if len(namespaces) > FEW:
            path = collection(kind, None)
            # Forbidden here may be allowed in some namespaces: then the requests one by one tell what is wrong.
            table = await look.ask(what, lambda: look.api.table(path), None, note=False)
            if table is not None and await _located(look, found, what, kind, table, read):
                return
        await together(each)

    return run


async def _located(look: Look, found: Sweep, what: str, kind: str, table: Table, read: _Read) -> bool:
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


def _job(look: Look, found: Sweep, what: str, kind: str, namespace: str, read: _Read) -> Job:
    async def run() -> None:
        path = collection(kind, namespace or None)
        table = await look.ask(what, lambda: look.api.table(path), _EMPTY, where=namespace)
        if table.rows:
            read(found, table, namespace)

    return run


def _pods(found: Sweep, table: Table, namespace: str) -> None:
    name, ready, status, again, age = (table.column(c) for c in ("Name", "Ready", "Status", "Restarts", "Age"))
    found.pods_seen += len(table.rows)
    whole = {f"{n}/{n}" for n in range(1, 20)}
    for row in table.rows:
        cells = row.cells
        if cells[status] == "Running" and cells[ready] in whole and cells[again] in ("0", 0):
            continue
        pod = _pod_row(namespace, cells, name, ready, status, again, age)
        if not _well(pod):
            found.pods.append(pod)


def _pod_row(namespace: str, cells: list[Any], name: int, ready: int, status: int, again: int, age: int) -> PodRow:
    is_ready, wanted = fraction(cells[ready])
    count, since = restarts(cells[again])
    return PodRow(namespace, str(cells[name]), str(cells[status]), is_ready, wanted, count, since, duration(cells[age]))


def _well(pod: PodRow) -> bool:
    if pod.status in _DONE:
        return True
    settled = pod.restarted is None or pod.restarted > FLAPPING
    return pod.status == "Running" and pod.ready == pod.wanted and settled


def _workloads(kind: str) -> _Read:
    def read(found: Sweep, table: Table, namespace: str) -> None:
        counts = _daemon_counts if kind == "DaemonSet" else _counts
        name = table.column("Name")
        found.workloads_seen += len(table.rows)
        for row in table.rows:
            ready, desired, updated = counts(table, row.cells)
            if ready < desired or updated < desired:
                ref = Ref(kind=kind, namespace=namespace, name=str(row.cells[name]))
                found.workloads.append(WorkloadRow(ref, desired, ready, updated))

    return read


def _counts(table: Table, cells: list[Any]) -> tuple[int, int, int]:
    """Ready, desired, updated. A StatefulSet's table does not tell how many are updated: then all are."""
    ready, desired = fraction(cells[table.column("Ready")])
    column = table.column("Up-to-date")
    return ready, desired, int(cells[column]) if column >= 0 else desired


def _daemon_counts(table: Table, cells: list[Any]) -> tuple[int, int, int]:
    ready, desired, updated = (int(cells[table.column(name)]) for name in ("Ready", "Desired", "Up-to-date"))
    return ready, desired, updated


def _slices(found: Sweep, table: Table, namespace: str) -> None:
    endpoints = table.column("Endpoints")
    name = table.column("Name")
    found.idle_slices.extend(
        Ref(kind="EndpointSlice", namespace=namespace, name=str(row.cells[name]))
        for row in table.rows
        if row.cells[endpoints] in _NOBODY
    )


def _nodes(found: Sweep, table: Table, namespace: str) -> None:
    name, status = table.column("Name"), table.column("Status")
    found.nodes_seen += len(table.rows)
    found.nodes.extend(str(row.cells[name]) for row in table.rows if row.cells[status] != "Ready")
