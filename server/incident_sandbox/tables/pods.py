"""Pods: the column Status is the reason that matters most, as printPod decides it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incident_sandbox.model.objects import Object, condition_of, dig, is_deleting, name_of
from incident_sandbox.model.timestamps import since
from incident_sandbox.tables.columns import AGE, NAME, Table, age, texts, wide


def _row(pod: Object, now: datetime) -> list[Any]:
    reason, ready = _reason(pod)
    total = len(dig(pod, "spec", "containers", default=[]))
    return [
        name_of(pod),
        f"{ready}/{total}",
        reason,
        _restarts(pod, now),
        age(pod, now),
        dig(pod, "status", "podIP", default="<none>"),
        dig(pod, "spec", "nodeName", default="<none>"),
        dig(pod, "status", "nominatedNodeName", default="<none>"),
        "<none>",
    ]


def _restarts(pod: Object, now: datetime) -> str:
    statuses = dig(pod, "status", "containerStatuses", default=[])
    count = sum(item.get("restartCount", 0) for item in statuses)
    ends = [dig(item, "lastState", "terminated", "finishedAt", default="") for item in statuses]
    last = max(ends, default="")
    return f"{count} ({since(last, now)} ago)" if count and last else str(count)


def _reason(pod: Object) -> tuple[str, int]:
    phase = dig(pod, "status", "phase", default="")
    reason: str = dig(pod, "status", "reason") or phase
    if (condition_of(pod, "PodScheduled") or {}).get("reason") == "SchedulingGated":
        reason = "SchedulingGated"
    initialising = _initialising(pod)
    ready = 0
    if initialising:
        reason = initialising
    else:
        reason, ready = _of_containers(pod, reason)
    if is_deleting(pod):
        if dig(pod, "status", "reason") == "NodeLost":
            reason = "Unknown"
        elif phase not in ("Succeeded", "Failed"):
            reason = "Terminating"
    return reason, ready


def _initialising(pod: Object) -> str:
    total = len(dig(pod, "spec", "initContainers", default=[]))
    for number, status in enumerate(dig(pod, "status", "initContainerStatuses", default=[])):
        ended, waiting = dig(status, "state", "terminated"), dig(status, "state", "waiting", "reason")
        if ended is not None and ended.get("exitCode") == 0:
            continue
        if ended is not None:
            return f"Init:{_ending(ended)}"
        return f"Init:{waiting}" if waiting not in (None, "PodInitializing") else f"Init:{number}/{total}"
    return ""


def _ending(ended: Object) -> str:
    if ended.get("reason"):
        return ended["reason"]
    return f"Signal:{ended['signal']}" if ended.get("signal") else f"ExitCode:{ended.get('exitCode', 0)}"


def _of_containers(pod: Object, reason: str) -> tuple[str, int]:
    ready, running, failure = 0, False, ""
    for status in reversed(dig(pod, "status", "containerStatuses", default=[])):
        state = status.get("state", {})
        waiting, ended = dig(state, "waiting", "reason"), state.get("terminated")
        if waiting:
            reason = waiting
        elif ended is not None:
            reason = _ending(ended)
            failure = reason if ended.get("exitCode") else failure
        elif status.get("ready") and "running" in state:
            running = True
            ready += 1
    if reason == "Completed":
        is_ready = (condition_of(pod, "Ready") or {}).get("status") == "True"
        if running and is_ready:
            return "Running", ready
        return failure or ("NotReady" if running else reason), ready
    return reason, ready


PODS = Table(
    (NAME, *texts("Ready", "Status", "Restarts"), AGE, *wide("IP", "Node", "Nominated Node", "Readiness Gates")), _row
)
