"""What a table's rows say of who is not well, in the words of kubectl's own printer: the others are only counted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from incident_mcp.cluster.cells import duration, fraction, restarts
from incident_mcp.cluster.owners import controller_name
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.refs import Ref

FLAPPING = timedelta(minutes=10)
"""A pod that runs, but restarted within this time, is not well."""
FEW_PODS = 300
FEW_NODES = 20
"""Up to so many nodes are all looked at in full, whatever their row says."""
_DONE = ("Completed", "Succeeded")
_NOBODY = ("<unset>", "<none>", "")


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
    few_nodes: list[str] = field(default_factory=list[str])
    """All nodes, where they are few: one under pressure is Ready all the same."""
    idle_slices: list[Ref] = field(default_factory=list[Ref])
    """Endpoint slices that nobody stands behind."""
    well: dict[tuple[str, str], Ref] = field(default_factory=dict[tuple[str, str], Ref])
    """A pod that is well of each controller, where few were looked at."""
    absent: set[str] = field(default_factory=set[str])
    """Kinds of which the whole cluster has none."""
    pods_seen: int = 0
    workloads_seen: int = 0
    nodes_seen: int = 0


Reader = Callable[[Sweep, Table, str], None]
"""Adds to a sweep what a table of one namespace (an empty name for the whole cluster) says."""


def pods_of_table(found: Sweep, table: Table, namespace: str) -> None:
    name, ready, status, again, age = (table.column(c) for c in ("Name", "Ready", "Status", "Restarts", "Age"))
    found.pods_seen += len(table.rows)
    whole = {f"{n}/{n}" for n in range(1, 20)}
    few = len(table.rows) <= FEW_PODS
    for row in table.rows:
        cells = row.cells
        if few and cells[status] == "Running" and cells[ready] in whole:
            pod = str(cells[name])
            found.well.setdefault((namespace, controller_name(pod)), Ref(kind="Pod", namespace=namespace, name=pod))
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


def workloads_of_table(kind: str) -> Reader:
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


def slices_of_table(found: Sweep, table: Table, namespace: str) -> None:
    endpoints = table.column("Endpoints")
    name = table.column("Name")
    found.idle_slices.extend(
        Ref(kind="EndpointSlice", namespace=namespace, name=str(row.cells[name]))
        for row in table.rows
        if row.cells[endpoints] in _NOBODY
    )


def nodes_of_table(found: Sweep, table: Table, namespace: str) -> None:
    name, status = table.column("Name"), table.column("Status")
    found.nodes_seen += len(table.rows)
    found.nodes.extend(str(row.cells[name]) for row in table.rows if row.cells[status] != "Ready")
    if len(table.rows) <= FEW_NODES:
        found.few_nodes.extend(str(row.cells[name]) for row in table.rows)
