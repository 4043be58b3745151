"""The scheduler: a node for every pod that has none, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.context import Context
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import (
    Object,
    condition_of,
    controller_of,
    dig,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
)
from incident_sandbox.model.quantities import quantity
from incident_sandbox.model.timestamps import rfc3339
from incident_sandbox.store.store import Change, Key
from incident_sandbox.writes.managed_fields import Author

AUTHOR = Author("kube-scheduler")
STATUS_AUTHOR = Author("kube-scheduler", subresource="status")


def tolerates(spec: Object, node: Object) -> bool:
    """Whether a pod of that specification may come to the node in spite of its taints."""
    return all(any(_covers(item, taint) for item in spec.get("tolerations", [])) for taint in _hard_taints(node))


def _hard_taints(node: Object) -> list[Object]:
    taints = dig(node, "spec", "taints", default=[])
    return [item for item in taints if item["effect"] != "PreferNoSchedule" and "unschedulable" not in item["key"]]


def _covers(toleration: Object, taint: Object) -> bool:
    same_key = toleration.get("key") in (None, taint["key"])
    same_effect = toleration.get("effect") in (None, taint["effect"])
    any_value = toleration.get("operator") == "Exists" or toleration.get("value") == taint.get("value")
    return same_key and same_effect and any_value


class Scheduler:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.PODS and change.kind != "DELETED":
            if not dig(change.obj, "spec", "nodeName"):
                yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.NODES or (change.resource is r.PODS and change.kind == "DELETED"):
            for pod in self._context.store.each(r.PODS):  # room may have come up for those that wait
                if not dig(pod, "spec", "nodeName"):
                    yield namespace_of(pod), name_of(pod)

    def reconcile(self, key: Key) -> None:
        pod = self._context.store.get(r.PODS, *key)
        if pod is None or is_deleting(pod) or dig(pod, "spec", "nodeName"):
            return
        nodes = sorted(self._context.store.each(r.NODES), key=name_of)
        objections = {name_of(node): self._objection(pod, node) for node in nodes}
        fitting = [node for node in nodes if not objections[name_of(node)]]
        if not fitting:
            self._refuse(pod, list(objections.values()))
            return
        self._bind(pod, min(fitting, key=lambda node: self._load(pod, node)))

    def _on(self, node: Object) -> list[Object]:
        return [pod for pod in self._context.store.each(r.PODS) if dig(pod, "spec", "nodeName") == name_of(node)]

    def _load(self, pod: Object, node: Object) -> tuple[int, int, str]:
        """Spread a workload first, then the pods as a whole."""
        there = [item for item in self._on(node) if not is_deleting(item)]
        owner = (controller_of(pod) or {}).get("uid")
        siblings = sum((controller_of(item) or {}).get("uid") == owner for item in there)
        return siblings, len(there), name_of(node)

    def _objection(self, pod: Object, node: Object) -> str:
        spec = pod["spec"]
        terms = dig(
            spec,
            *("affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"),
            default=[],
        )
        named = [value for term in terms for field in term.get("matchFields", []) for value in field["values"]]
        if not dict(spec.get("nodeSelector") or {}).items() <= labels_of(node).items() or (
            named and name_of(node) not in named
        ):
            return "node(s) didn't match Pod's node affinity/selector"
        if dig(node, "spec", "unschedulable") and not named:
            return "node(s) were unschedulable"
        if not tolerates(spec, node):
            return "node(s) had untolerated taint(s)"
        return self._shortage(pod, node)

    def _shortage(self, pod: Object, node: Object) -> str:
        for resource in ("cpu", "memory"):
            wanted = _requested(pod, resource)
            taken = sum(_requested(item, resource) for item in self._on(node))
            if wanted and wanted + taken > quantity(dig(node, "status", "allocatable", resource, default="1000")):
                return f"Insufficient {resource}"
        return ""

    def _refuse(self, pod: Object, objections: list[str]) -> None:
        counted = ", ".join(f"{objections.count(item)} {item}" for item in sorted(set(objections)))
        message = f"0/{len(objections)} nodes are available: {counted}."
        message = message if objections else "no nodes available to schedule pods"
        condition = self._condition("False", "Unschedulable", message)
        status = pod.get("status", {})
        if (condition_of(pod, "PodScheduled") or {}).get("message") == message:
            return
        self._context.writer.update(
            r.PODS, pod, {**pod, "status": {**status, "conditions": [condition]}}, STATUS_AUTHOR
        )
        self._context.events.record_scheduling(pod, "Warning", "FailedScheduling", "Scheduling", message)

    def _condition(self, status: str, reason: str = "", message: str = "") -> Object:
        extra = {"reason": reason, "message": message} if reason else {}
        time = rfc3339(self._context.engine.now)
        head = {"type": "PodScheduled", "observedGeneration": 1, "status": status}
        return {**head, "lastProbeTime": None, "lastTransitionTime": time, **extra}

    def _bind(self, pod: Object, node: Object) -> None:
        """The binding changes the specification without being an update that counts a generation."""
        bound = {**pod, "spec": {**pod["spec"], "nodeName": name_of(node)}, "metadata": {**pod["metadata"]}}
        bound["status"] = {**pod.get("status", {}), "conditions": [self._condition("True")]}
        self._context.store.put(r.PODS, bound)
        message = f"Successfully assigned {namespace_of(pod)}/{name_of(pod)} to {name_of(node)}"
        self._context.events.record_scheduling(bound, "Normal", "Scheduled", "Binding", message)


def _requested(pod: Object, resource: str) -> float:
    containers = dig(pod, "spec", "containers", default=[])
    return sum(quantity(dig(item, "resources", "requests", resource, default="0")) for item in containers)
