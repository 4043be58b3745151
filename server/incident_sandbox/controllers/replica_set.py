"""ReplicaSet: keep as many pods as the specification says, and count them."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.adoption import adopt
from incident_sandbox.controllers.context import Context
from incident_sandbox.controllers.events import Source
from incident_sandbox.controllers.pods import (
    available_from,
    create_pod,
    delete_pod,
    from_template,
    is_active,
    is_available,
    is_ready,
)
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, controller_of, dig, is_deleting, labels_of, namespace_of
from incident_sandbox.store.store import Change, Key

SOURCE = Source("replicaset-controller")


class ReplicaSetController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.REPLICA_SETS and change.kind != "DELETED":
            yield namespace_of(change.obj), change.obj["metadata"]["name"]
        elif change.resource is r.PODS:
            owner = controller_of(change.obj)
            if owner and owner["kind"] == "ReplicaSet":
                yield namespace_of(change.obj), owner["name"]

    def reconcile(self, key: Key) -> None:
        found = self._context.store.get(r.REPLICA_SETS, *key)
        if found is None:
            return
        adopt(self._context, found, r.PODS)
        if not is_deleting(found):
            self._scale(found)
        self._count(found)

    def _scale(self, replica_set: Object) -> None:
        pods = [pod for pod in self._context.store.controlled(r.PODS, replica_set) if is_active(pod)]
        missing = replica_set["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            create_pod(self._context, replica_set, from_template(replica_set, replica_set["spec"]["template"]), SOURCE)
        if missing < 0:
            for pod in sorted(pods, key=self._worth)[:-missing]:
                delete_pod(self._context, replica_set, pod, SOURCE)

    @staticmethod
    def _worth(pod: Object) -> tuple[bool, bool, bool, int]:
        """The first to go sorts first: unscheduled, pending, not ready, restarted most."""
        restarts = sum(item["restartCount"] for item in dig(pod, "status", "containerStatuses", default=[]))
        return bool(dig(pod, "spec", "nodeName")), dig(pod, "status", "phase") == "Running", is_ready(pod), -restarts

    def _count(self, replica_set: Object) -> None:
        now = self._context.engine.now
        wait = dig(replica_set, "spec", "minReadySeconds", default=0)
        pods = self._context.store.controlled(r.PODS, replica_set)
        active = [pod for pod in pods if is_active(pod)]
        labels = dig(replica_set, "spec", "template", "metadata", "labels", default={}).items()
        status: Object = {
            "replicas": len(active),
            "fullyLabeledReplicas": sum(labels <= labels_of(pod).items() for pod in active),
            "readyReplicas": sum(map(is_ready, active)),
            "availableReplicas": sum(is_available(pod, wait, now) for pod in active),
            "terminatingReplicas": sum(is_deleting(pod) for pod in pods),
            "observedGeneration": replica_set["metadata"]["generation"],
        }
        for field in ("fullyLabeledReplicas", "readyReplicas", "availableReplicas"):
            if not status[field]:
                del status[field]
        self._context.update_status(r.REPLICA_SETS, replica_set, status)
        for pod in active:
            moment = available_from(pod, wait)
            if moment and moment > now:
                self._context.engine.again(self, (namespace_of(pod), replica_set["metadata"]["name"]), moment)
