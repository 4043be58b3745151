"""Workloads that are not well, in full: the object itself, and the revisions of the worst."""

from functools import partial

from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.revisions import read_revisions
from incident_mcp.cluster.rollout_history import with_revisions
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 60
"""Read in full in one look. Beyond, more of the same would not change the answer."""
WITH_REVISIONS = 24


async def read_workloads(look: Look, refs: list[Ref], into: dict[Ref, WorkloadSeen], *, already: int = 0) -> None:
    """Add these, the worst first, as they come. One that is gone by now, or never was, is left out.

    `already`: so many others of this look count towards what is read in one.
    """

    async def read(ref: Ref, *, revisions: bool) -> None:
        where = ref.namespace or ""
        call = partial(look.api.get_json, path_of(ref), params=look.as_of(ref.kind))
        thing = await look.ask_if_there("workloads in full", call, where=where)
        if thing is None:
            return
        into[ref] = workload = workload_seen(thing, ref.kind)
        if revisions:
            seen = await look.ask("revisions", lambda: read_revisions(look.api, workload, thing), (), where=where)
            into[ref] = with_revisions(workload, seen, thing)

    ranked = list(enumerate(refs, already))[: max(0, MOST - already)]
    await together([partial(read, ref, revisions=rank < WITH_REVISIONS) for rank, ref in ranked])
