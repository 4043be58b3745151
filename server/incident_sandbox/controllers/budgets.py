"""PodDisruptionBudgets: how many pods of a set may be evicted right now."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.context import Context
from incident_sandbox.controllers.pods import is_ready
from incident_sandbox.model import resources as r
from incident_sandbox.model.label_selector import matches, selector_of
from incident_sandbox.model.objects import Object, dig, is_deleting, labels_of, name_of, namespace_of
from incident_sandbox.model.quantities import scaled
from incident_sandbox.model.timestamps import rfc3339
from incident_sandbox.store.store import Change, Key


class BudgetController:
    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.BUDGETS and change.kind != "DELETED":
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.PODS:
            for budget in self._context.store.each(r.BUDGETS, namespace_of(change.obj)):
                yield namespace_of(budget), name_of(budget)

    def reconcile(self, key: Key) -> None:
        budget = self._context.store.get(r.BUDGETS, *key)
        if budget is None:
            return
        selector = selector_of(dig(budget, "spec", "selector"))
        pods = [pod for pod in self._context.store.each(r.PODS, key[0]) if matches(selector, labels_of(pod))]
        expected = len(pods)
        healthy = sum(is_ready(pod) and not is_deleting(pod) for pod in pods)
        desired = _desired(budget["spec"], expected)
        allowed = max(healthy - desired, 0) if expected else 0
        status = {
            "observedGeneration": budget["metadata"]["generation"],
            "disruptionsAllowed": allowed,
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "conditions": [self._condition(budget, allowed)],
        }
        self._context.update_status(r.BUDGETS, budget, status)

    def _condition(self, budget: Object, allowed: int) -> Object:
        status, reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
        old: Object = dig(budget, "status", "conditions", 0, default={})
        time = rfc3339(self._context.engine.now)
        return {
            "type": "DisruptionAllowed",
            "status": status,
            "reason": reason,
            "message": "",
            "lastTransitionTime": old["lastTransitionTime"] if old.get("status") == status else time,
            "observedGeneration": budget["metadata"]["generation"],
        }


def _desired(spec: Object, expected: int) -> int:
    if spec.get("minAvailable") is not None:
        return scaled(spec["minAvailable"], expected, up=True)
    return max(expected - scaled(spec.get("maxUnavailable", 1), expected, up=True), 0)
