"""Workloads as a whole: a rollout that is stuck or paused, an order that blocks, a count of zero that users miss."""

from collections.abc import Iterator

from incident_mcp.investigate.behind import labels_of, outlines_of, reached
from incident_mcp.investigate.dns import is_dns
from incident_mcp.investigate.kinds.workloads import ORDINAL_BLOCKS, ROLLOUT_PAUSED, ROLLOUT_STUCK, SCALED_TO_ZERO
from incident_mcp.investigate.needed import needed
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.text.words import count
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, PodSeen, ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

_DEADLINE = "ProgressDeadlineExceeded"


def find(seen: Observation) -> Iterator[Finding]:
    for workload in seen.workloads:
        yield from _stuck(seen, workload)
        yield from _paused(workload)
        if workload.ref.kind == "StatefulSet":
            yield from _blocked(seen, workload)
    yield from _scaled_to_zero(seen)


def _stuck(seen: Observation, workload: WorkloadSeen) -> Iterator[Finding]:
    progressing = condition(workload.conditions, "Progressing", "False")
    if progressing is None or progressing.reason != _DEADLINE:
        return
    yield finding(
        ROLLOUT_STUCK,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"its rollout is stuck: {workload.updated} of {workload.desired} updated, {workload.ready} ready",
        evidence=(
            Evidence(source=f"{workload.ref}, condition Progressing", value=_DEADLINE, at=progressing.since),
            Evidence(source=f"controller of {workload.ref}", value=progressing.message),
        ),
        next_step="See why the new pods don't become ready; roll back to end it.",
        since=progressing.since,
    )


def _paused(workload: WorkloadSeen) -> Iterator[Finding]:
    if workload.paused and workload.updated < workload.desired:
        yield finding(
            ROLLOUT_PAUSED,
            target=workload.ref,
            severity="notice",
            summary=f"its rollout is paused at {workload.updated} of {workload.desired} updated",
            evidence=(Evidence(source=f"{workload.ref}, spec.paused", value="true"),),
            next_step="Ask who paused it; resume it, or roll it back.",
        )


def _blocked(seen: Observation, workload: WorkloadSeen) -> Iterator[Finding]:
    """The first pod that is not ready, all before it ready, and those after it not made yet."""
    unready = sorted((pod for pod in seen.pods_of(workload.ref) if not pod.ready), key=_ordinal)
    if not unready:
        return
    first, waiting = unready[0], workload.desired - workload.ready - len(unready)
    if waiting <= 0 or workload.ready > _ordinal(first):
        return
    yield finding(
        ORDINAL_BLOCKS,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"{first.ref.name} is not ready, and {count(waiting, 'pod')} after it wait",
        evidence=(Evidence(source=f"{first.ref}, condition Ready", value="False", at=first.ready_since),),
        next_step=f"Repair {first.ref.name}. After a rollback delete it: a broken pod of the old revision stays.",
        since=first.ready_since,
    )


def _ordinal(pod: PodSeen) -> int:
    number = pod.ref.name.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0


def _scaled_to_zero(seen: Observation) -> Iterator[Finding]:
    """Only where users reach it, something that they need is refused for it, or it is the cluster's DNS."""
    missed: dict[Ref, ServiceSeen] = {}
    for service in seen.services:
        if service.ready:
            continue
        idle = [each.ref for each in outlines_of(seen, service) if not each.desired]
        idle += [w.ref for w in seen.workloads if not w.desired and service.selector.items() <= labels_of(w).items()]
        if idle and _missed(seen, service):
            missed |= dict.fromkeys(idle, service)
    for ref, service in missed.items():
        yield finding(
            SCALED_TO_ZERO,
            target=ref,
            severity="critical",
            summary=f"it is scaled to 0, and {service.ref} has nobody else",
            evidence=(Evidence(source=f"{ref}, spec.replicas", value="0"),),
            next_step="See who scaled it down, and why; scale_workload brings it back.",
        )


def _missed(seen: Observation, service: ServiceSeen) -> bool:
    asked = any(each.service == service.ref for each in (*seen.webhooks, *seen.api_services))
    return reached(seen, service) or asked or is_dns(service) or service.ref in needed(seen)
