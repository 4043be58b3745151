"""What the control plane does about a node whose kubelet fell silent: taint it, call its pods unready, then evict them.

Nobody stops the containers there, so evicted pods stay Terminating until the node is heard again or removed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from incident_sandbox.controllers.context import MANAGER, MANAGER_STATUS, Context
from incident_sandbox.controllers.events import Source
from incident_sandbox.controllers.pods import is_ready
from incident_sandbox.controllers.scheduler import tolerates
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, condition_of, dig, is_deleting, is_silent, name_of
from incident_sandbox.model.timestamps import parse, rfc3339
from incident_sandbox.store.store import Change, Key

EVICTED_AFTER = timedelta(minutes=5)
"""The tolerationSeconds that admission gives every pod."""
KEY = "node.kubernetes.io/unreachable"
SOURCE = Source("node-controller")


class NodeLifecycle:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.NODES and change.kind != "DELETED" and is_silent(change.obj):
            yield "", name_of(change.obj)

    def reconcile(self, key: Key) -> None:
        node = self._context.store.get(r.NODES, *key)
        if node is None or not is_silent(node):
            return
        if all(taint["key"] != KEY for taint in dig(node, "spec", "taints", default=[])):
            node = self._give_up(node)
        evicting = parse((condition_of(node, "Ready") or {})["lastTransitionTime"]) + EVICTED_AFTER
        now = self._context.engine.now
        for pod in list(self._context.store.each(r.PODS)):
            if dig(pod, "spec", "nodeName") != name_of(node):
                continue
            if is_ready(pod):
                pod = self._unready(pod)
            if now >= evicting and not is_deleting(pod) and not tolerates(pod["spec"], node):
                self._context.writer.delete(r.PODS, pod, grace=30)
        if now < evicting:
            self._context.engine.again(self, key, evicting)

    def _give_up(self, node: Object) -> Object:
        time = rfc3339(self._context.engine.now)
        self._context.events.record(
            node, "Normal", "NodeNotReady", f"Node {name_of(node)} status is now: NodeNotReady", SOURCE
        )
        taints = [{"key": KEY, "effect": effect, "timeAdded": time} for effect in ("NoSchedule", "NoExecute")]
        status = {**node["status"], "conditions": [_since(item, time) for item in node["status"]["conditions"]]}
        told = self._context.writer.update(r.NODES, node, {**node, "status": status}, MANAGER_STATUS)
        spec = {**told["spec"], "taints": [*dig(told, "spec", "taints", default=[]), *taints]}
        return self._context.writer.update(r.NODES, told, {**told, "spec": spec}, MANAGER)

    def _unready(self, pod: Object) -> Object:
        ready = {"status": "False", "lastTransitionTime": rfc3339(self._context.engine.now), "reason": "NodeNotReady"}
        conditions = [item | (ready if item["type"] == "Ready" else {}) for item in pod["status"]["conditions"]]
        self._context.events.record(pod, "Warning", "NodeNotReady", "Node is not ready", SOURCE)
        return self._context.update_status(r.PODS, pod, {**pod["status"], "conditions": conditions})


def _since(condition: Object, time: str) -> Object:
    return condition | ({"lastTransitionTime": time} if condition["status"] == "Unknown" else {})
