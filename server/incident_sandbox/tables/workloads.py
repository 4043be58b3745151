"""Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, autoscalers and budgets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incident_sandbox.model.label_selector import format_labels, format_selector
from incident_sandbox.model.objects import Object, condition_of, controller_of, dig, is_deleting, name_of
from incident_sandbox.model.timestamps import human_duration, parse, since
from incident_sandbox.tables.columns import AGE, NAME, Column, Table, age, containers, numbers, texts, wide

TEMPLATE = ("spec", "template", "spec")


def _status(obj: Object, *fields: str) -> list[int]:
    return [dig(obj, "status", field, default=0) for field in fields]


def _ready(obj: Object) -> str:
    return f"{dig(obj, 'status', 'readyReplicas', default=0)}/{dig(obj, 'spec', 'replicas', default=0)}"


def _selector(obj: Object) -> str:
    return format_selector(dig(obj, "spec", "selector")) or "<none>"


def _deployment(obj: Object, now: datetime) -> list[Any]:
    counts = _status(obj, "updatedReplicas", "availableReplicas")
    selector = format_selector(dig(obj, "spec", "selector"))
    return [name_of(obj), _ready(obj), *counts, age(obj, now), *containers(obj, *TEMPLATE), selector]


def _replica_set(obj: Object, now: datetime) -> list[Any]:
    wanted = dig(obj, "spec", "replicas", default=0)
    counts = _status(obj, "replicas", "readyReplicas")
    return [name_of(obj), wanted, *counts, age(obj, now), *containers(obj, *TEMPLATE), _selector(obj)]


def _stateful_set(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), _ready(obj), age(obj, now), *containers(obj, *TEMPLATE)]


def _daemon_set(obj: Object, now: datetime) -> list[Any]:
    fields = ("desiredNumberScheduled", "currentNumberScheduled", "numberReady")
    counts = _status(obj, *fields, "updatedNumberScheduled", "numberAvailable")
    nodes = format_labels(dig(obj, *TEMPLATE, "nodeSelector"))
    return [name_of(obj), *counts, nodes, age(obj, now), *containers(obj, *TEMPLATE), _selector(obj)]


def _revision(obj: Object, now: datetime) -> list[Any]:
    owner = controller_of(obj)
    group = owner["apiVersion"].partition("/")[0] if owner else ""
    who = f"{owner['kind'].lower()}.{group}/{owner['name']}" if owner else "<none>"
    return [name_of(obj), who, obj.get("revision", 0), age(obj, now)]


def _is_true(obj: Object, condition: str) -> bool:
    return (condition_of(obj, condition) or {}).get("status") == "True"


def _job_state(obj: Object) -> str:
    if _is_true(obj, "Complete"):
        return "Complete"
    if _is_true(obj, "Failed"):
        return "Failed"
    if is_deleting(obj):
        return "Terminating"
    states = (("Suspended", "Suspended"), ("FailureTarget", "FailureTarget"), ("SuccessCriteriaMet",) * 2)
    return next((word for kind, word in states if _is_true(obj, kind)), "Running")


def _job(obj: Object, now: datetime) -> list[Any]:
    done, wanted = dig(obj, "status", "succeeded", default=0), dig(obj, "spec", "completions")
    parallel = dig(obj, "spec", "parallelism", default=0)
    completions = (
        f"{done}/{wanted}" if wanted is not None else f"{done}/1" + (f" of {parallel}" if parallel > 1 else "")
    )
    start, end = dig(obj, "status", "startTime"), dig(obj, "status", "completionTime")
    took = human_duration((parse(end) if end else now) - parse(start)) if start else ""
    return [
        name_of(obj),
        _job_state(obj),
        completions,
        took,
        age(obj, now),
        *containers(obj, *TEMPLATE),
        _selector(obj),
    ]


def _cron_job(obj: Object, now: datetime) -> list[Any]:
    last = dig(obj, "status", "lastScheduleTime")
    job = ("spec", "jobTemplate", "spec")
    return [
        name_of(obj),
        dig(obj, "spec", "schedule", default=""),
        dig(obj, "spec", "timeZone", default="<none>"),
        str(bool(dig(obj, "spec", "suspend"))),
        len(dig(obj, "status", "active", default=[])),
        since(last, now) if last else "<none>",
        age(obj, now),
        *containers(obj, *job, "template", "spec"),
        format_selector(dig(obj, *job, "selector")) or "<none>",
    ]


def _metric(spec: Object, current: Object) -> str:
    kind = {"Resource": "resource", "ContainerResource": "containerResource"}.get(spec.get("type", ""))
    if kind is None:
        return "<unknown type>"
    target = dig(spec, kind, "target", default={})
    field, unit = ("averageValue", "") if target.get("averageValue") is not None else ("averageUtilization", "%")
    found = dig(current, kind, "current", field)
    shown = "<unknown>" if found is None else f"{found}{unit}"
    wanted = target.get(field)
    return f"{spec[kind]['name']}: {shown}/{'<auto>' if wanted is None else f'{wanted}{unit}'}"


def _autoscaler(obj: Object, now: datetime) -> list[Any]:
    specs, found = dig(obj, "spec", "metrics", default=[]), dig(obj, "status", "currentMetrics", default=[])
    metrics = [_metric(spec, found[i] if i < len(found) else {}) for i, spec in enumerate(specs)]
    shown = ", ".join(metrics[:2]) + (f" + {len(metrics) - 2} more..." if len(metrics) > 2 else "")
    target = dig(obj, "spec", "scaleTargetRef", default={})
    return [
        name_of(obj),
        f"{target.get('kind')}/{target.get('name')}",
        shown or "<none>",
        str(dig(obj, "spec", "minReplicas", default="<unset>")),
        dig(obj, "spec", "maxReplicas", default=0),
        dig(obj, "status", "currentReplicas", default=0),
        age(obj, now),
    ]


def _budget(obj: Object, now: datetime) -> list[Any]:
    limits = [str(dig(obj, "spec", field, default="N/A")) for field in ("minAvailable", "maxUnavailable")]
    return [name_of(obj), *limits, *_status(obj, "disruptionsAllowed"), age(obj, now)]


_TEMPLATE_COLUMNS = wide("Containers", "Images", "Selector")
DEPLOYMENTS = Table((NAME, *texts("Ready", "Up-to-date", "Available"), AGE, *_TEMPLATE_COLUMNS), _deployment)
REPLICA_SETS = Table((NAME, *numbers("Desired", "Current", "Ready"), AGE, *_TEMPLATE_COLUMNS), _replica_set)
STATEFUL_SETS = Table((NAME, *texts("Ready"), AGE, *wide("Containers", "Images")), _stateful_set)
DAEMON_SETS = Table(
    (
        NAME,
        *numbers("Desired", "Current", "Ready", "Up-to-date", "Available"),
        *texts("Node Selector"),
        AGE,
        *_TEMPLATE_COLUMNS,
    ),
    _daemon_set,
)
REVISIONS = Table((NAME, *texts("Controller", "Revision"), AGE), _revision)
JOBS = Table((NAME, *texts("Status", "Completions", "Duration"), AGE, *_TEMPLATE_COLUMNS), _job)
CRON_JOBS = Table(
    (
        NAME,
        *texts("Schedule", "Timezone"),
        Column("Suspend", "boolean"),
        *numbers("Active"),
        *texts("Last Schedule"),
        AGE,
        *_TEMPLATE_COLUMNS,
    ),
    _cron_job,
)
AUTOSCALERS = Table((NAME, *texts("Reference", "Targets", "MinPods", "MaxPods", "Replicas"), AGE), _autoscaler)
BUDGETS = Table((NAME, *texts("Min Available", "Max Unavailable"), *numbers("Allowed Disruptions"), AGE), _budget)
