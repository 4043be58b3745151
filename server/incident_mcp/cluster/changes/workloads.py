"""Workloads that were written to: read in full with their revisions, so that a rollout can be told from a scaling."""

from datetime import datetime
from functools import partial

from incident_mcp.cluster.changes.metadata import Known
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, path_of
from incident_mcp.cluster.look import together
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.revisions import read_revisions
from incident_mcp.cluster.rollout_history import with_revisions
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.vocabulary.change import CREATED, ChangeSeen
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 40
"""Workloads read in full, the last written first; of the others only the edit is told."""


async def read_workloads(window: Window) -> None:
    """Add the workloads themselves, their scalings, and those that were made."""
    written: dict[Ref, tuple[datetime, str]] = {}

    async def read(kind: str) -> None:
        for thing in await window.known("workloads", kind):
            if (last := _last_write(thing, window.since)) is not None:
                written[thing.ref] = last

    await together([partial(read, kind) for kind in WORKLOAD_KINDS])
    newest = sorted(written, key=lambda ref: written[ref][0], reverse=True)
    await together([partial(_in_full, window, ref) for ref in newest[:MOST]])
    window.add(
        ChangeSeen(target=ref, at=written[ref][0], kind="rollout", text="edited", manager=written[ref][1])
        for ref in newest[MOST:]
    )


def _last_write(thing: Known, since: datetime) -> tuple[datetime, str] | None:
    writes = [(at, entry.manager) for at, entry in thing.writes(since)]
    if thing.created is not None and thing.created >= since:
        writes.append((thing.created, ""))
    return max(writes, default=None)


async def _in_full(window: Window, ref: Ref) -> None:
    look = window.look
    thing = await look.ask_if_there("workloads", partial(look.api.get_json, path_of(ref)), where=ref.namespace or "")
    if thing is None:
        return
    workload = workload_seen(thing, ref.kind)
    none: tuple[()] = ()
    revisions = await look.ask(
        "revisions", partial(read_revisions, look.api, workload, thing), none, where=ref.namespace or ""
    )
    workload = with_revisions(workload, revisions, thing)
    window.workloads.append(workload)
    made = ChangeSeen(target=workload.ref, at=workload.created, kind="rollout", text=CREATED)
    window.add(change for change in (made, _scaled(workload, thing)) if change)


def _scaled(workload: WorkloadSeen, thing: dict[str, object]) -> ChangeSeen | None:
    """When the number of replicas has an owner of its own: whoever wrote it together with the rest did no scaling."""
    manager, at = last_manager(thing, "spec", "replicas")
    _, rest = last_manager(thing, "spec", "template")
    if at is None or at == rest or at == workload.created:
        return None
    return ChangeSeen(
        target=workload.ref, at=at, kind="scaling", text=f"replicas set to {workload.desired}", manager=manager
    )
