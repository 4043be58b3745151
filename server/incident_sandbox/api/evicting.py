"""Evictions: a deletion that a PodDisruptionBudget may refuse."""

from __future__ import annotations

from starlette.responses import Response

from incident_sandbox.api.answers import answer
from incident_sandbox.api.request import ApiRequest
from incident_sandbox.api.writing import check_preconditions
from incident_sandbox.cluster import Cluster
from incident_sandbox.controllers.context import MANAGER_STATUS
from incident_sandbox.controllers.pods import is_active, is_ready
from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import ApiError
from incident_sandbox.model.label_selector import matches, selector_of
from incident_sandbox.model.objects import Object, dig, labels_of, name_of


async def serve_eviction(request: ApiRequest, cluster: Cluster) -> Response:
    """Raises ApiError 429 with cause DisruptionBudget where no disruption is allowed now."""
    body: Object = await request.body() or {}
    pod = cluster.writer.read(r.PODS, request.namespace, request.name)
    options: Object = body.get("deleteOptions") or {}
    dry_run = request.is_dry_run or options.get("dryRun") == ["All"]
    request.notes["dry_run"] = dry_run
    budget = _budget_of(cluster, pod)
    if budget is not None and is_active(pod) and is_ready(pod):
        _spend(cluster, budget, dry_run=dry_run)
    check_preconditions(r.PODS, pod, options.get("preconditions") or {})
    grace = options.get("gracePeriodSeconds", dig(pod, "spec", "terminationGracePeriodSeconds", default=30))
    cluster.writer.delete(r.PODS, pod, grace=grace, dry_run=dry_run)
    return answer({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, code=201)


def _budget_of(cluster: Cluster, pod: Object) -> Object | None:
    budgets = cluster.store.each(r.BUDGETS, pod["metadata"]["namespace"])
    return next((item for item in budgets if matches(selector_of(dig(item, "spec", "selector")), labels_of(pod))), None)


def _spend(cluster: Cluster, budget: Object, *, dry_run: bool) -> None:
    allowed = dig(budget, "status", "disruptionsAllowed", default=0)
    if allowed <= 0:
        status = budget.get("status", {})
        need, have = status.get("desiredHealthy", 0), status.get("currentHealthy", 0)
        why = f"The disruption budget {name_of(budget)} needs {need} healthy pods and has {have} currently"
        details = {"causes": [{"reason": "DisruptionBudget", "message": why}]}
        message = "Cannot evict pod as it would violate the pod's disruption budget."
        raise ApiError(429, "TooManyRequests", message, details)
    if not dry_run:
        status = {**budget["status"], "disruptionsAllowed": allowed - 1}
        cluster.writer.update(r.BUDGETS, budget, {**budget, "status": status}, MANAGER_STATUS)
