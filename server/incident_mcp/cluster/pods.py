"""Pods: a JSON object as a `PodSeen`, and which of the unwell are worth reading in full."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.containers import containers_seen
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.moments import created, moment
from incident_mcp.cluster.object_meta import finalizers_of
from incident_mcp.cluster.owners import HASH_LABEL, REVISION_LABEL, controller_name, owner_of_pod
from incident_mcp.cluster.table_rows import PodRow
from incident_mcp.vocabulary.observation import PodGroup, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

EACH = ((4, 5), (12, 3), (60, 2), (1_000_000, 1))
"""Pods of one group that are read in full, by the number of groups: enough to tell *all alike* from *some*."""
MOST = 600
"""Pods read in full in one look, whatever the cluster's size."""

SILENT = 10
"""Workloads that lack pods for no visible reason, and pods of each, that are looked at."""
_CLAIM = ("persistentVolumeClaim", "claimName")
_Key = tuple[str, str, str]


def pod_seen(pod: dict[str, Any]) -> PodSeen:
    meta, spec, status = pod["metadata"], pod.get("spec", {}), pod.get("status", {})
    direct, owner = owner_of_pod(pod)
    labels: dict[str, str] = meta.get("labels") or {}
    conditions = {each.type: each for each in conditions_seen(status)}
    ready, scheduled = conditions.get("Ready"), conditions.get("PodScheduled")
    return PodSeen(
        ref=Ref(kind="Pod", namespace=meta.get("namespace"), name=meta["name"]),
        uid=str(meta.get("uid", "")),
        phase=str(status.get("phase", "Unknown")),
        reason=str(status.get("reason", "")),
        ready=ready is not None and ready.status == "True",
        node=spec.get("nodeName"),
        ip=status.get("podIP"),
        created=created(pod),
        controller=direct,
        owner=owner,
        containers=containers_seen(pod),
        message=Untrusted(str(status.get("message", ""))),
        scheduling=scheduled.message if scheduled and scheduled.status == "False" else Untrusted(""),
        gated=scheduled is not None and scheduled.reason == "SchedulingGated",
        labels=labels,
        revision=labels.get(HASH_LABEL) or labels.get(REVISION_LABEL) or "",
        ready_since=ready.since if ready else None,
        deleting="deletionTimestamp" in meta,
        deleted=moment(meta.get("deletionTimestamp")),
        finalizers=finalizers_of(pod),
        placing={} if spec.get("nodeName") else _placing(spec),
        claims=tuple(claim for v in items(pod, "spec", "volumes") if (claim := text(v, *_CLAIM))),
    )


def _placing(spec: dict[str, Any]) -> dict[str, Any]:
    """What the pod itself says of where it may run."""
    required = part(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    return {
        "nodeSelector": part(spec, "nodeSelector"),
        "tolerations": items(spec, "tolerations"),
        **({"terms": items(required, "nodeSelectorTerms")} if required else {}),
    }


def grouped(rows: Iterable[PodRow]) -> dict[_Key, list[PodRow]]:
    """The unwell pods by namespace, controller and the table's word for them; the largest group first."""
    groups: defaultdict[_Key, list[PodRow]] = defaultdict(list)
    for row in rows:
        groups[row.namespace, controller_name(row.name), row.status].append(row)
    return dict(sorted(groups.items(), key=lambda item: -len(item[1])))


def worth_reading(groups: dict[_Key, list[PodRow]]) -> list[Ref]:
    """A few pods of each group, those that restarted most first: the group's fault is clearest there."""
    each = next(number for most, number in EACH if len(groups) <= most)
    chosen: list[Ref] = []
    for rows in groups.values():
        worst = sorted(rows, key=lambda row: (-row.restarts, row.name))[:each]
        chosen.extend(Ref(kind="Pod", namespace=row.namespace, name=row.name) for row in worst)
    return chosen[:MOST]


async def read_pods(look: Look, refs: list[Ref], into: list[PodSeen]) -> None:
    """Add these pods in full, as they come. One that is gone by now is left out."""

    async def read(ref: Ref) -> None:
        pod = await look.ask_if_there(
            "pods in full",
            lambda: look.api.get_json(path_of(ref), params=look.as_of("Pod")),
            where=ref.namespace or "",
        )
        if pod is not None:
            into.append(pod_seen(pod))

    await together([lambda ref=ref: read(ref) for ref in refs])


async def read_silent_pods(look: Look, workloads: Iterable[WorkloadSeen], into: list[PodSeen]) -> None:
    """Add pods that are not ready although their row says `1/1 Running`: the kubelet of their node is silent, or a gate
    of their readiness is closed. They are looked for where a workload lacks pods and no row says why.
    """
    told = {pod.owner for pod in into}
    silent = [w for w in workloads if w.ready < w.desired and w.ref not in told and w.pods_query]

    async def read(workload: WorkloadSeen) -> None:
        path = collection("Pod", workload.ref.namespace)
        params = {"labelSelector": workload.pods_query, "limit": SILENT}
        call = partial(look.api.get_json, path, params=params)
        answer = await look.ask("pods in full", call, {}, where=workload.ref.namespace or "")
        seen = [pod_seen(item) for item in items(answer, "items")]
        into.extend(pod for pod in seen if pod.owner == workload.ref and not pod.ready)

    await together([partial(read, workload) for workload in silent[:SILENT]])


def pod_groups(groups: dict[_Key, list[PodRow]], pods: Iterable[PodSeen]) -> tuple[PodGroup, ...]:
    """All unwell pods, counted, with the owner that the pods read in full tell."""
    owners = {(pod.ref.namespace, controller_name(pod.ref.name)): pod.owner for pod in pods}
    return tuple(
        PodGroup(namespace=space, controller=name, owner=owners.get((space, name)), status=status, count=len(rows))
        for (space, name, status), rows in groups.items()
    )
