"""Deployments, StatefulSets and DaemonSets: a JSON object as a `WorkloadSeen`, and the way to one by its name."""

from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import count, part, text
from incident_mcp.cluster.kinds import path_of, workload_ref
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.moments import created
from incident_mcp.cluster.namespaces import no_workload
from incident_mcp.cluster.selectors import label_query
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.refs import Ref


async def resolve_workload(api: Api, kind: str, namespace: str, name: str) -> Ref:
    """The workload that somebody means, however the kind is spelled.

    Raises `BadRequest` for an unknown kind, `NotFound` with near misses, `Forbidden`.
    """
    ref = workload_ref(kind, namespace, name)
    await workload_object(api, ref)
    return ref


async def workload_object(api: Api, ref: Ref) -> dict[str, Any]:
    """The object as it is. Raises `NotFound` with near misses."""
    try:
        found = await api.get_json(path_of(ref))
    except NotFound as error:
        raise await no_workload(api, ref) from error
    return {"kind": ref.kind, **found}


def workload_seen(thing: dict[str, Any], kind: str) -> WorkloadSeen:
    """Without its revisions: those are objects of their own."""
    meta, spec, status = thing["metadata"], part(thing, "spec"), part(thing, "status")
    desired, ready, updated, available = _counts(kind, spec, status)
    manager, when = last_manager(thing, "spec", "template")
    return WorkloadSeen(
        ref=Ref(kind=kind, namespace=meta.get("namespace"), name=meta["name"]),
        uid=str(meta.get("uid", "")),
        desired=desired,
        ready=ready,
        updated=updated,
        available=available,
        paused=bool(spec.get("paused")),
        created=created(thing),
        selector=part(spec, "selector", "matchLabels"),
        pods_query=label_query(part(spec, "selector")),
        template=part(spec, "template"),
        max_unavailable=_max_unavailable(spec),
        rolled_out=when,
        rolled_out_by=manager,
        conditions=conditions_seen(status),
        generation_seen=count(status, "observedGeneration") >= count(meta, "generation"),
    )


def _counts(kind: str, spec: dict[str, Any], status: dict[str, Any]) -> tuple[int, int, int, int]:
    """Desired, ready, updated, available. Fields that the server leaves out are zero."""
    if kind == "DaemonSet":
        names = ("desiredNumberScheduled", "numberReady", "updatedNumberScheduled", "numberAvailable")
        desired, ready, updated, available = (count(status, name) for name in names)
        return desired, ready, updated, available
    desired = count(spec, "replicas", default=1)
    ready, available = count(status, "readyReplicas"), count(status, "availableReplicas")
    return desired, ready, _updated(kind, desired, spec, status), available


def _updated(kind: str, desired: int, spec: dict[str, Any], status: dict[str, Any]) -> int:
    if kind == "StatefulSet" and status.get("currentRevision") == status.get("updateRevision"):
        return desired  # nothing to update: the controller then counts none
    return min(desired, count(status, "updatedReplicas") + count(spec, "updateStrategy", "rollingUpdate", "partition"))


def _max_unavailable(spec: dict[str, Any]) -> str | None:
    strategy = part(spec, "strategy") or part(spec, "updateStrategy")
    if strategy.get("type") == "Recreate":
        return "100%"
    return text(strategy, "rollingUpdate", "maxUnavailable") or None
