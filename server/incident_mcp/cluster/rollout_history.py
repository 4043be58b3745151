"""The story of a workload's rollouts, told from what the cluster keeps: pure, over one `WorkloadSeen`.

Kubernetes does not write down when a revision became current. Its object's creation tells it for a revision that was
never returned to; one that was returned to was renumbered and keeps its old creation time, so its own return is not
known, unless it is the current one, which the managed fields date.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.managed_fields import last_changer
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.revisions import read_revisions
from incident_mcp.cluster.template_diff import differences, without_hash
from incident_mcp.cluster.workloads import workload_object, workload_seen
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import ClusterError
from incident_mcp.vocabulary.observation import PodSeen, RevisionSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.rollout import Revision, RolloutHistory, SeenReady

AT_START = timedelta(seconds=5)
"""A Ready condition that turned no later than this after the pod was made never was true."""
PODS = 250


async def rollout_history(api: Api, ref: Ref, *, clock: Clock) -> RolloutHistory:
    """All revisions, newest first. Raises `NotFound` with near misses, `Forbidden`, and what else the API raises."""
    workload, pods = await read_workload(api, ref)
    return history_of(workload, clock(), pods)


async def read_workload(api: Api, ref: Ref) -> tuple[WorkloadSeen, tuple[PodSeen, ...]]:
    """The workload with its revisions and, as far as they can be read, its first pods."""
    thing = await workload_object(api, ref)
    workload = workload_seen(thing, ref.kind)
    revisions = await read_revisions(api, workload, thing)
    return with_revisions(workload, revisions, thing), await _pods(api, workload)


async def _pods(api: Api, workload: WorkloadSeen) -> tuple[PodSeen, ...]:
    selector = workload.pods_query
    if not selector:
        return ()
    try:
        path = collection("Pod", workload.ref.namespace)
        answer = await api.get_json(path, params={"labelSelector": selector, "limit": PODS})
    except ClusterError:  # whether a revision was ever ready then stays unknown
        return ()
    seen = (pod_seen(item) for item in items(answer, "items"))
    return tuple(pod for pod in seen if pod.owner == workload.ref)


def with_revisions(workload: WorkloadSeen, revisions: tuple[RevisionSeen, ...], thing: dict[str, Any]) -> WorkloadSeen:
    """The workload with its revisions, and so with the time of the present rollout and who made it."""
    current = next((each for each in revisions if each.current), None)
    before = next((each for each in revisions if current and each.number < current.number), None)
    known = workload.model_copy(update={"revisions": revisions})
    if current is not None and before is not None:
        old, new = without_hash(before.template), without_hash(current.template)
        manager, when = last_changer(thing, ("spec", "template"), old, new)
        known = known.model_copy(update={"rolled_out_by": manager, "rolled_out": when})
    return dated(known)


def dated(workload: WorkloadSeen) -> WorkloadSeen:
    """With the time of the present rollout: the current revision's creation, unless it was returned to."""
    current = next((each for each in workload.revisions if each.current), None)
    if current is None or _renumbered(current, workload.revisions):
        return workload
    return workload.model_copy(update={"rolled_out": current.created})


def history_of(workload: WorkloadSeen, now: datetime, pods: Iterable[PodSeen] = ()) -> RolloutHistory:
    """The history of a workload whose `revisions` have been read; `pods` are those of it that are known."""
    revisions = workload.revisions
    current = next((each.number for each in revisions if each.current), None)
    known = tuple(pods)
    return RolloutHistory(
        workload=workload.ref,
        uid=workload.uid,
        current_revision=current,
        rolled_out_by=workload.rolled_out_by,
        revisions=tuple(_told(each, workload, now, known) for each in revisions),
    )


def _told(seen: RevisionSeen, workload: WorkloadSeen, now: datetime, pods: tuple[PodSeen, ...]) -> Revision:
    before = next((each for each in workload.revisions if each.number < seen.number), None)
    return Revision(
        number=seen.number,
        controller=seen.controller,
        created=seen.created,
        age=now - seen.created,
        current=seen.current,
        current_from=_since(seen, workload),
        current_until=None if seen.current else _until(seen, workload),
        images=seen.images,
        change_cause=seen.change_cause,
        differs=differences(before.template, seen.template) if before else (),
        seen_ready=_seen_ready(seen, workload, pods),
        ready=seen.ready,
    )


def _since(seen: RevisionSeen, workload: WorkloadSeen) -> datetime | None:
    if not _renumbered(seen, workload.revisions):
        return seen.created
    return workload.rolled_out if seen.current else None


def _until(seen: RevisionSeen, workload: WorkloadSeen) -> datetime | None:
    """When the one numbered next came. A gap in the numbers hides another one in between: then it is not known."""
    following = next((each for each in workload.revisions if each.number == seen.number + 1), None)
    return _since(following, workload) if following else None


def _renumbered(seen: RevisionSeen, revisions: tuple[RevisionSeen, ...]) -> bool:
    """A revision older than one with a lower number was returned to; a ReplicaSet says so itself."""
    return bool(seen.earlier_numbers) or any(
        each.number < seen.number and each.created > seen.created for each in revisions
    )


def _seen_ready(seen: RevisionSeen, workload: WorkloadSeen, pods: tuple[PodSeen, ...]) -> SeenReady:
    mine = [pod for pod in pods if made_by(pod, seen)]
    if seen.ready or any(pod.ready for pod in mine):
        return "yes"
    if not seen.current:
        return "unknown"  # a ReplicaSet at 0 proves nothing about its past
    if _progressed(seen, workload):
        return "yes"
    return "never" if _never(mine, workload, seen) else "unknown"


def made_by(pod: PodSeen, seen: RevisionSeen) -> bool:
    """A StatefulSet labels its pods with the revision's name, a DaemonSet with the hash at its end."""
    labelled = bool(pod.revision) and (seen.controller == pod.revision or seen.controller.endswith(f"-{pod.revision}"))
    return labelled or pod.controller == seen.controller


def _progressed(seen: RevisionSeen, workload: WorkloadSeen) -> bool:
    """The Deployment controller's own word, and only where it names this very ReplicaSet."""
    return any(
        each.type == "Progressing"
        and each.reason == "NewReplicaSetAvailable"
        and each.message.contains(f'"{seen.controller}"')
        for each in workload.conditions
    )


def _never(pods: list[PodSeen], workload: WorkloadSeen, seen: RevisionSeen) -> bool:
    """All its pods are the first ones, and none was ready since it was made."""
    first = timedelta(minutes=1)
    since = workload.rolled_out or seen.created
    return len(pods) >= workload.desired > 0 and all(
        pod.created - since <= first and _never_was_ready(pod, seen) for pod in pods
    )


def _never_was_ready(pod: PodSeen, seen: RevisionSeen) -> bool:
    """Its Ready condition did not turn after the start, and could not have turned within it.

    A container without a readiness probe is ready as soon as it runs, if only for a second before it crashes.
    """
    if pod.ready or pod.ready_since is None or pod.ready_since - pod.created > AT_START:
        return False
    probed = any("readinessProbe" in container for container in items(seen.template, "spec", "containers"))
    return probed or not any(each.restarts or each.last_finished or each.state == "running" for each in pod.containers)
