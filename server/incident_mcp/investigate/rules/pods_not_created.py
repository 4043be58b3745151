"""Pods that are refused when their controller creates them: quota, LimitRange, pod security, a webhook, an account."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import PODS_NOT_CREATED
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ConditionSeen, EventSeen, Observation, WorkloadSeen
from incident_mcp.vocabulary.untrusted import Untrusted

_WHY = (
    ("exceeded quota", "the namespace's quota is used up"),
    ("must specify", "the quota demands requests or limits that the template lacks"),
    ("LimitRange", "it does not fit the namespace's limit range"),
    ("maximum ", "it does not fit the namespace's limit range"),
    ("violates PodSecurity", "it violates the namespace's pod security level"),
    ("serviceaccount", "its service account does not exist"),
    ("failed calling webhook", "an admission webhook does not answer"),
    ("denied the request", "an admission webhook denies it"),
)


def find(seen: Observation) -> Iterator[Finding]:
    for workload in seen.workloads:
        if workload.ready >= workload.desired:
            continue
        condition = next((c for c in workload.conditions if c.type == "ReplicaFailure" and c.status == "True"), None)
        events = [event for event in seen.events if event.uid in _uids(workload) and event.reason == "FailedCreate"]
        if condition or events:
            yield _finding(seen, workload, condition, events)


def _uids(workload: WorkloadSeen) -> set[str]:
    return {workload.uid, *(each.uid for each in workload.revisions if each.current and each.uid)}


def _finding(
    seen: Observation, workload: WorkloadSeen, condition: ConditionSeen | None, events: list[EventSeen]
) -> Finding:
    message: Untrusted = condition.message if condition else events[0].message
    why = next((words for mark, words in _WHY if message.contains(mark)), "the API server refuses them")
    firsts = [event.first for event in events]
    if condition and condition.since:
        firsts.append(condition.since)
    return finding(
        PODS_NOT_CREATED,
        target=workload.ref,
        severity=gravity(seen, workload.ref),
        summary=f"its pods can't be created: {why}",
        evidence=(Evidence(source=f"controller of {workload.ref}", value=message, at=max(firsts, default=None)),),
        next_step="Read the message: raise the quota, or correct the template or the webhook that it names.",
        since=min(firsts, default=None),
    )
