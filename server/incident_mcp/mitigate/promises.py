"""Whether what a plan promises is so already, by the same measure that judges it afterwards."""

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import as_workload_kind
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.resolve.checks import up
from incident_mcp.vocabulary.plan import Plan


async def kept_now(api: Api, plan: Plan) -> bool | None:
    """None where the plan promises no readiness. Raises `ClusterError` when the workload can't be read."""
    promise = plan.draft.promise
    target = promise.of or plan.draft.target if promise else plan.draft.target
    if promise is None or promise.ready is None or as_workload_kind(target) is None:
        return None
    workload = workload_seen(await workload_object(api, target), target.kind)
    return up(workload, promise.ready)
