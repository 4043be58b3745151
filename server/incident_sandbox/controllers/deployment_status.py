"""A Deployment's status: the counts, and the conditions Available and Progressing."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident_sandbox.controllers.deployment_revisions import max_unavailable
from incident_sandbox.model.objects import Object, condition_of, dig, name_of
from incident_sandbox.model.timestamps import parse, rfc3339

COMPLETE, TIMED_OUT = "NewReplicaSetAvailable", "ProgressDeadlineExceeded"


def total(replica_sets: list[Object], *path: str) -> int:
    return sum(dig(item, *path, default=0) for item in replica_sets)


def new_condition(kind: str, status: str, reason: str, message: str, now: datetime) -> Object:
    time = rfc3339(now)
    return {
        "type": kind,
        "status": status,
        "lastUpdateTime": time,
        "lastTransitionTime": time,
        "reason": reason,
        "message": message,
    }


def with_condition(conditions: list[Object], new: Object, *, force: bool = False) -> list[Object]:
    """Conditions with `new` in; the same status and reason changes nothing, unless it shall count as news."""
    old = next((item for item in conditions if item["type"] == new["type"]), None)
    if old and not force and (old["status"], old["reason"]) == (new["status"], new["reason"]):
        return conditions
    if old and old["status"] == new["status"]:
        new = {**new, "lastTransitionTime": old["lastTransitionTime"]}
    return [*(item for item in conditions if item["type"] != new["type"]), new]


def count(deployment: Object, replica_sets: list[Object], current: Object | None, now: datetime) -> Object:
    """The status without any judgement of progress."""
    available = total(replica_sets, "status", "availableReplicas")
    status: Object = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total(replica_sets, "status", "replicas"),
        "updatedReplicas": dig(current, "status", "replicas", default=0),
        "readyReplicas": total(replica_sets, "status", "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(total(replica_sets, "spec", "replicas") - available, 0),
    }
    status = {key: value for key, value in status.items() if value}
    status["terminatingReplicas"] = total(replica_sets, "status", "terminatingReplicas")
    if dig(deployment, "status", "collisionCount") is not None:
        status["collisionCount"] = deployment["status"]["collisionCount"]
    enough = available >= deployment["spec"]["replicas"] - max_unavailable(deployment)
    availability = (
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        if enough
        else ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    )
    conditions = dig(deployment, "status", "conditions", default=[])
    status["conditions"] = with_condition(conditions, new_condition("Available", *availability, now))
    return status


def is_complete(deployment: Object, status: Object) -> bool:
    replicas = deployment["spec"]["replicas"]
    return all(status.get(field, 0) == replicas for field in ("updatedReplicas", "replicas", "availableReplicas"))


def judge(deployment: Object, status: Object, current: Object | None, now: datetime) -> Object:
    """`status` with its Progressing condition brought up to date."""
    condition = condition_of(deployment, "Progressing")
    settled = status.get("replicas", 0) == status.get("updatedReplicas", 0)
    if settled and condition and condition["reason"] == COMPLETE:
        return status
    who = f'ReplicaSet "{name_of(current)}"' if current else f'Deployment "{name_of(deployment)}"'
    conditions = status["conditions"]
    if is_complete(deployment, status):
        news = new_condition("Progressing", "True", COMPLETE, f"{who} has successfully progressed.", now)
        return {**status, "conditions": with_condition(conditions, news)}
    if _has_progressed(deployment, status):
        news = new_condition("Progressing", "True", "ReplicaSetUpdated", f"{who} is progressing.", now)
        return {**status, "conditions": with_condition(conditions, news, force=True)}
    if is_overdue(deployment, now):
        news = new_condition("Progressing", "False", TIMED_OUT, f"{who} has timed out progressing.", now)
        return {**status, "conditions": with_condition(conditions, news)}
    return status


def _has_progressed(deployment: Object, status: Object) -> bool:
    before = dig(deployment, "status", default={})

    def old_pods(counts: Object) -> int:
        return counts.get("replicas", 0) - counts.get("updatedReplicas", 0)

    more = any(
        status.get(field, 0) > before.get(field, 0)
        for field in ("updatedReplicas", "readyReplicas", "availableReplicas")
    )
    return more or old_pods(status) < old_pods(before)


def deadline(deployment: Object) -> datetime | None:
    """When the rollout counts as stuck, if nothing moves before; None when it is over either way."""
    condition = condition_of(deployment, "Progressing")
    seconds = deployment["spec"].get("progressDeadlineSeconds")
    if condition is None or seconds is None or condition["reason"] in (COMPLETE, TIMED_OUT):
        return None
    return parse(condition["lastUpdateTime"]) + timedelta(seconds=seconds + 1)


def is_overdue(deployment: Object, now: datetime) -> bool:
    moment = deadline(deployment)
    return moment is not None and now >= moment
