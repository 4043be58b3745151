"""StatefulSet: numbered pods, one after another; each must be ready before the next one is touched."""

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
    is_available,
    is_ready,
)
from incident_sandbox.controllers.revisions import HASH, forget_revisions, sync_revisions
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, controller_of, dig, is_deleting, labels_of, name_of, namespace_of
from incident_sandbox.store.store import Change, Key
from incident_sandbox.writes.strategic_patch import apply_strategic_patch

SOURCE = Source("statefulset-controller")


def _ordinal(pod: Object) -> int:
    return int(name_of(pod).rpartition("-")[2])


class StatefulSetController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.STATEFUL_SETS and change.kind != "DELETED":
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.PODS:
            owner = controller_of(change.obj)
            if owner and owner["kind"] == "StatefulSet":
                yield namespace_of(change.obj), owner["name"]

    def reconcile(self, key: Key) -> None:
        found = self._context.store.get(r.STATEFUL_SETS, *key)
        if found is None:
            return
        adopt(self._context, found, r.REVISIONS, r.PODS)
        update, known = sync_revisions(self._context, found)
        current = next((item for item in known if name_of(item) == dig(found, "status", "currentRevision")), update)
        if not is_deleting(found):
            self._step(found, current, update)
        self._write_status(found, current, update)
        live = {labels_of(pod).get(HASH, "") for pod in self._pods(found)} | {name_of(current), name_of(update)}
        forget_revisions(self._context, found, known, live)

    def _pods(self, owner: Object) -> list[Object]:
        return sorted(self._context.store.controlled(r.PODS, owner), key=_ordinal)

    def _step(self, owner: Object, current: Object, update: Object) -> None:
        """One thing at a time: the missing, then the surplus, then the outdated from the highest number down."""
        pods = {_ordinal(pod): pod for pod in self._pods(owner)}
        in_order = owner["spec"]["podManagementPolicy"] == "OrderedReady"
        for ordinal in range(owner["spec"]["replicas"]):
            pod = pods.get(ordinal)
            if pod is None:
                self._create(owner, ordinal, current if ordinal < self._partition(owner) else update)
            if in_order and (pod is None or is_deleting(pod) or not is_ready(pod)):
                return
        surplus = [pod for ordinal, pod in sorted(pods.items(), reverse=True) if ordinal >= owner["spec"]["replicas"]]
        for pod in surplus:
            if not is_deleting(pod):
                self._delete(owner, pod)
            if in_order:
                return
        self._replace_outdated(owner, pods, update)

    @staticmethod
    def _partition(owner: Object) -> int:
        return dig(owner, "spec", "updateStrategy", "rollingUpdate", "partition", default=0)

    def _replace_outdated(self, owner: Object, pods: dict[int, Object], update: Object) -> None:
        if owner["spec"]["updateStrategy"]["type"] != "RollingUpdate":
            return
        for ordinal in range(owner["spec"]["replicas"] - 1, self._partition(owner) - 1, -1):
            pod = pods.get(ordinal)
            if pod is None or is_deleting(pod):
                return
            if labels_of(pod).get(HASH) != name_of(update):
                self._delete(owner, pod)
                return
            if not is_ready(pod):
                return

    def _create(self, owner: Object, ordinal: int, revision: Object) -> None:
        template = apply_strategic_patch(owner, revision["data"])["spec"]["template"]
        pod = from_template(owner, template, name=f"{name_of(owner)}-{ordinal}")
        labels = {"apps.kubernetes.io/pod-index": str(ordinal), "statefulset.kubernetes.io/pod-name": name_of(pod)}
        pod["metadata"]["labels"] = {**labels_of(pod), **labels, HASH: name_of(revision)}
        pod["spec"] |= {"hostname": name_of(pod), "subdomain": owner["spec"].get("serviceName", "")}
        create_pod(self._context, owner, pod, SOURCE)

    def _delete(self, owner: Object, pod: Object) -> None:
        delete_pod(self._context, owner, pod, SOURCE)

    def _write_status(self, owner: Object, current: Object, update: Object) -> None:
        now = self._context.engine.now
        wait = dig(owner, "spec", "minReadySeconds", default=0)
        pods = [pod for pod in self._pods(owner) if not is_deleting(pod)]
        updated = sum(labels_of(pod).get(HASH) == name_of(update) for pod in pods)
        ready = sum(map(is_ready, pods))
        if updated == ready == len(pods) == owner["spec"]["replicas"]:
            current = update
        status: Object = {
            "observedGeneration": owner["metadata"]["generation"],
            "replicas": len(pods),
            "readyReplicas": ready,
            "currentReplicas": sum(labels_of(pod).get(HASH) == name_of(current) for pod in pods),
            "updatedReplicas": updated,
            "currentRevision": name_of(current),
            "updateRevision": name_of(update),
            "collisionCount": 0,
            "availableReplicas": sum(is_available(pod, wait, now) for pod in pods),
        }
        kept = ("replicas", "collisionCount", "availableReplicas")
        status = {key: value for key, value in status.items() if value or key in kept}
        self._context.update_status(r.STATEFUL_SETS, owner, status)
        for pod in pods:
            moment = available_from(pod, wait)
            if moment and moment > now:
                self._context.engine.again(self, (namespace_of(owner), name_of(owner)), moment)
