"""Workloads that are not well, in full: the object itself, and the revisions of the worst."""

from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.revisions import read_revisions
from incident_mcp.cluster.rollout_history import with_revisions
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 120
"""Read in full in one look. Beyond, more of the same would not change the answer."""
WITH_REVISIONS = 40


async def read_workloads(look: Look, refs: list[Ref], into: dict[Ref, WorkloadSeen]) -> None:
    """Add these, the worst first, as they come. One that is gone by now, or never was, is left out."""

    async def read(ref: Ref, *, revisions: bool) -> None:
        where = ref.namespace or ""
        thing = await look.ask_if_there("workloads in full", lambda: look.api.get_json(path_of(ref)), where=where)
        if thing is None:
            return
        into[ref] = workload = workload_seen(thing, ref.kind)
        if revisions:
            seen = await look.ask("revisions", lambda: read_revisions(look.api, workload, thing), (), where=where)
            into[ref] = with_revisions(workload, seen, thing)

    if len(refs) > MOST:
        look.miss(f"{len(refs) - MOST} of {len(refs)} unwell workloads in full", "too many")
    await together([lambda r=ref, n=n: read(r, revisions=n < WITH_REVISIONS) for n, ref in enumerate(refs[:MOST])])
