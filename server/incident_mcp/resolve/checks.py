"""The single checks. *No data is never green*: what was not read, or not read twice, is not yet known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from incident_mcp.text.fencing import cut_or_masked, unquoted
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.observation import LogSeen, Observation, PodSeen, ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Check, Verdict


def workload_in(look: Observation, target: Ref) -> WorkloadSeen | None:
    return next((workload for workload in look.workloads if workload.ref == target), None)


def is_ready(look: Observation, target: Ref, wanted: int | None) -> bool:
    """Whether at least the wanted number (the spec's own, when nothing was promised) is ready and up to date."""
    workload = workload_in(look, target)
    return workload is not None and up(workload, wanted)


def up(workload: WorkloadSeen, wanted: int | None) -> bool:
    """As `is_ready`, of a workload that was read."""
    if not workload.generation_seen:
        return False
    needed = workload.desired if wanted is None else wanted
    # Not more than desired either: a workload that shrinks is there when the surplus is gone.
    enough = needed <= workload.ready <= max(workload.desired, needed)
    return enough and workload.updated >= workload.desired >= needed


def ready_streak(looks: Sequence[Observation], target: Ref, wanted: int | None) -> list[Observation]:
    """The looks at the end that all saw it ready, oldest first."""
    streak: list[Observation] = []
    for look in reversed(looks):
        if not is_ready(look, target, wanted):
            break
        streak.append(look)
    return streak[::-1]


def pods_ready(looks: Sequence[Observation], target: Ref, wanted: int | None, *, time_is_over: bool) -> Check:
    """`3 of 3 ready for 10 s`."""
    what = "pods ready"
    workload = workload_in(looks[-1], target) if looks else None
    if workload is None:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen=f"{target} was not seen")
    seen = f"{workload.ready} of {max(workload.desired, wanted or 0)} ready"
    if workload.desired == 0:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen=f"{seen}: scaled to zero, it serves nothing")
    streak = ready_streak(looks, target, wanted)
    if streak:
        lasting = streak[-1].at - streak[0].at
        return Check(what=what, verdict=Verdict.RECOVERED, seen=f"{seen} for {duration(lasting)}" if lasting else seen)
    verdict = Verdict.NOT_RECOVERED if time_is_over else Verdict.NOT_YET_KNOWN
    return Check(what=what, verdict=verdict, seen=seen)


def restarts_stable(looks: Sequence[Observation], target: Ref, wanted: int | None, soak: timedelta) -> Check:
    """Two looks at the same pods, at least the soak apart, and no container restarted in between."""
    what = "restarts stable"
    streak = ready_streak(looks, target, wanted)
    if not streak:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen="not ready yet")
    first, last = _restarts(streak[0], target), _restarts(streak[-1], target)
    grown = sum(number - first[key] for key, number in last.items() if number > first.get(key, number))
    fresh = sum(number for key, number in last.items() if key not in first)
    if grown or fresh:
        return Check(what=what, verdict=Verdict.NOT_RECOVERED, seen=count(grown + fresh, "restart"))
    lasting = streak[-1].at - streak[0].at
    if len(streak) < 2 or lasting < soak:
        return Check(
            what=what, verdict=Verdict.NOT_YET_KNOWN, seen=f"watched for {duration(lasting)} of {duration(soak)}"
        )
    if not last and (wanted or 0) > 0:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen="its pods could not be read")
    return Check(what=what, verdict=Verdict.RECOVERED, seen="no restart")


def _restarts(look: Observation, target: Ref) -> dict[tuple[str, str], int]:
    pods = (pod for pod in look.pods_of(target) if not pod.deleting)
    return {(pod.uid, container.name): container.restarts for pod in pods for container in pod.containers}


def endpoints(look: Observation, target: Ref, *, settled: bool) -> Check | None:
    """None when no Service selects it: then there is nothing to check. `settled`: there should be some by now."""
    what = "endpoints"
    workload = workload_in(look, target)
    if any(each.what.startswith(("services", "endpoints")) for each in look.not_checked) or workload is None:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen="endpoints not checked")
    services = services_of(look, workload)
    if not services or not workload.desired:
        return None
    empty = [service for service in services if not service.ready]
    if empty:
        verdict = Verdict.NOT_RECOVERED if settled else Verdict.NOT_YET_KNOWN
        return Check(what=what, verdict=verdict, seen=f"{empty[0].ref} has no endpoints")
    fewest = min(service.ready for service in services)
    return Check(what=what, verdict=Verdict.RECOVERED, seen=count(fewest, "endpoint"))


def services_of(look: Observation, workload: WorkloadSeen) -> tuple[ServiceSeen, ...]:
    """The Services that lead to its pods."""
    return tuple(service for service in look.services if _selects(service, workload))


def _selects(service: ServiceSeen, workload: WorkloadSeen) -> bool:
    metadata: dict[str, Any] = workload.template.get("metadata") or {}
    labels: dict[str, str] = metadata.get("labels") or {}
    return service.ref.namespace == workload.ref.namespace and service.selector.items() <= labels.items()


def rollout_complete(look: Observation, target: Ref) -> Check:
    """All pods are of the revision that the spec asks for."""
    what = "rollout complete"
    workload = workload_in(look, target)
    if workload is None or not workload.generation_seen:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen="the controller has not looked yet")
    if workload.updated < workload.desired:
        seen = f"{workload.updated} of {workload.desired} updated"
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen=seen)
    return Check(what=what, verdict=Verdict.RECOVERED, seen="")


def error_gone(logs: Sequence[LogSeen] | None, gone: str, since: datetime | None, pods: Sequence[PodSeen]) -> Check:
    """The promised error text stands in no line that is newer than the action, in the log of any ready pod."""
    what = "error gone"
    if logs is None or (pods and not logs) or cut_or_masked(gone):
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen="logs not read")
    hits = [
        log.pod.name
        for log in logs
        for time, text in log.lines
        if text.contains(unquoted(gone)) and (since is None or (time is not None and time >= since))
    ]
    if hits:
        return Check(
            what=what, verdict=Verdict.NOT_RECOVERED, seen=f"{gone} again in {hits[0]} ({count(len(hits), 'line')})"
        )
    unread = {pod.ref for pod in pods} - {log.pod for log in logs}
    if unread:
        return Check(what=what, verdict=Verdict.NOT_YET_KNOWN, seen=f"{count(len(unread), 'log')} not read")
    return Check(what=what, verdict=Verdict.RECOVERED, seen="no new error")
