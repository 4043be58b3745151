"""A StatefulSet that waits in order stays stuck after its template is put back: its controller waits for the broken pod
to become ready before it replaces any (kubernetes `processReplica`), and that pod never does. So the broken pods are
deleted too, each by its uid; the controller makes them anew from the restored template.
"""

from datetime import timedelta

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, count, text
from incident_mcp.cluster.kinds import path_of
from incident_mcp.vocabulary.observation import PodSeen, RevisionSeen
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.refs import Ref

LASTS = timedelta(minutes=2)
OBSERVED_SECONDS = 10.0
EVERY_SECONDS = 0.2


def deletions(live: Json, target: Ref, pods: tuple[PodSeen, ...], to: RevisionSeen) -> tuple[Write, ...]:
    """The pods that keep it stuck, the highest ordinal first; none where its pods are replaced without waiting."""
    ordered = text(live, "spec", "podManagementPolicy") != "Parallel"
    rolling = text(live, "spec", "updateStrategy", "type") != "OnDelete"
    if target.kind != "StatefulSet" or not ordered or not rolling:
        return ()
    partition = count(live, "spec", "updateStrategy", "rollingUpdate", "partition")
    stuck = [
        pod
        for pod in pods
        if not pod.ready and not pod.deleting and pod.revision != to.controller and _ordinal(pod) >= partition
    ]
    return tuple(_deletion(pod) for pod in sorted(stuck, key=_ordinal, reverse=True))


def _ordinal(pod: PodSeen) -> int:
    end = pod.ref.name.rpartition("-")[2]
    return int(end) if end.isdecimal() else 0


def _deletion(pod: PodSeen) -> Write:
    return Write(
        method="DELETE",
        path=path_of(pod.ref),
        content_type="application/json",
        body={"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": pod.uid}},
        target=pod.ref,
        shown=f"delete {pod.ref}, which never becomes ready",
        may_be_gone=True,
    )


async def wait_observed(api: Api, target: Ref) -> None:
    """Until the controller has seen the restored template, at most 10 s: a pod deleted sooner may be made anew from the
    broken one.
    """
    with anyio.move_on_after(OBSERVED_SECONDS):
        while True:
            live = await api.get_json(path_of(target))
            if count(live, "status", "observedGeneration") >= count(live, "metadata", "generation"):
                return
            await anyio.sleep(EVERY_SECONDS)
