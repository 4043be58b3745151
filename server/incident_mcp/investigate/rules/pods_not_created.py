"""Pods that are refused when their controller creates them. Where a quota, an account or a webhook is behind it, that
object is the root, and the workloads hang on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_mcp.investigate.kinds.creating import (
    ACCOUNT_MISSING,
    CLASS_MISSING,
    PODS_NOT_CREATED,
    QUOTA_EXCEEDED,
    WEBHOOK_DOWN,
)
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.refusals import Refusal, amounts, refusal
from incident_mcp.investigate.sufferers import finding, gravest, gravity, recent
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, Observation, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

LATELY = timedelta(minutes=20)
"""Controllers try again at least every 17 minutes."""


@dataclass(frozen=True, slots=True)
class _Refused:
    """One workload or Job whose pods are refused."""

    ref: Ref
    message: Untrusted
    why: Refusal
    first: datetime | None
    last: datetime | None


_NEXT = {
    QUOTA_EXCEEDED: "Raise the quota, or free what is used; see what else of the namespace grew.",
    CLASS_MISSING: "Create the class, or correct its name in the template.",
    ACCOUNT_MISSING: "Create the account, or correct serviceAccountName in the template.",
    WEBHOOK_DOWN: "Repair what answers the webhook; its failure policy decides whether pods pass without it.",
}


def find(seen: Observation) -> Iterator[Finding]:
    behind: dict[tuple[Ref, Kind], list[_Refused]] = {}
    for refused in _all(seen):
        yield _workload(seen, refused)
        if refused.why.by is not None:
            behind.setdefault((refused.why.by, refused.why.kind), []).append(refused)
    for (ref, kind), those in behind.items():
        yield _root(seen, ref, kind, those)


def _all(seen: Observation) -> Iterator[_Refused]:
    yield from _jobs(seen)
    for workload in seen.workloads:
        if workload.ready >= workload.desired and workload.updated >= workload.desired:
            continue
        told = condition(workload.conditions, "ReplicaFailure")
        if workload.ref.kind == "Deployment" and workload.conditions and not told:
            continue  # a Deployment says so as long as it lasts: events alone are an old story
        events = _refusals(seen, _uids(workload))
        if told or events:
            message = told.message if told else events[0].message
            times = [*(event.first for event in events), *([told.since] if told and told.since else [])]
            why = refusal(seen, message, workload.ref.namespace)
            yield _Refused(workload.ref, message, why, min(times, default=None), _last(events))


def _jobs(seen: Observation) -> Iterator[_Refused]:
    """Jobs without a pod, which say so in events only."""
    for job in seen.jobs:
        ended = condition(job.conditions, "Failed") or condition(job.conditions, "Complete")
        events = [] if ended or job.active or job.suspended else _refusals(seen, {job.uid})
        if events:
            why = refusal(seen, events[0].message, job.ref.namespace)
            yield _Refused(job.ref, events[0].message, why, min(event.first for event in events), _last(events))


def _refusals(seen: Observation, uids: set[str]) -> list[EventSeen]:
    return [
        event
        for event in seen.events
        if event.uid in uids and event.reason == "FailedCreate" and recent(event.last, seen.at, LATELY)
    ]


def _uids(workload: WorkloadSeen) -> set[str]:
    return {workload.uid, *(each.uid for each in workload.revisions if each.current and each.uid)}


def _last(events: list[EventSeen]) -> datetime | None:
    return max((event.last for event in events), default=None)


def _workload(seen: Observation, refused: _Refused) -> Finding:
    ref, why = refused.ref, refused.why
    return finding(
        PODS_NOT_CREATED if why.by else why.kind,
        target=ref,
        severity=gravity(seen, ref),
        summary=f"its pods can't be created: {why.words}",
        evidence=(Evidence(source=f"controller of {ref}", value=refused.message, at=refused.last or refused.first),),
        next_step="Read the message: raise the quota, or correct the template or the webhook that it names.",
        since=refused.first,
        because_of=why.by,
    )


def _root(seen: Observation, ref: Ref, kind: Kind, those: list[_Refused]) -> Finding:
    first = those[0]
    starved = listed([str(each.ref) for each in those], most=3)
    return finding(
        kind,
        target=ref,
        severity=gravest(seen, (each.ref for each in those)),
        summary=f"{_fault(seen, ref, kind, first.message)}, and no pod of {starved} can be created",
        evidence=(
            Evidence(source=f"controller of {first.ref}", value=first.message, at=first.last or first.first),
            *_quota(seen, ref),
        ),
        next_step=_NEXT[kind],
        since=min((each.first for each in those if each.first), default=None),
        because_of=_answering(seen, ref) if kind is WEBHOOK_DOWN else None,
    )


def _fault(seen: Observation, ref: Ref, kind: Kind, message: Untrusted) -> str:
    if kind is QUOTA_EXCEEDED:
        told = amounts(message)
        return f"it is used up ({told})" if told else "it is used up"
    if kind in (ACCOUNT_MISSING, CLASS_MISSING):
        return "it does not exist"
    names = [each.name for each in seen.webhooks if each.config == ref and message.contains(each.name)]
    return f"its webhook {listed(names)} does not answer"


def _quota(seen: Observation, ref: Ref) -> list[Evidence]:
    quota = next((each for each in seen.quotas if each.ref == ref), None)
    if quota is None:
        return []
    full = [f"{name} {quota.used.get(name, '0')} of {hard}" for name, hard in sorted(quota.hard.items())]
    return [Evidence(source=f"{ref}, status", value=f"used: {listed(full, most=6)}")]


def _answering(seen: Observation, ref: Ref) -> Ref | None:
    """The webhook's own Service, when nobody ready stands behind it."""
    named = {each.service for each in seen.webhooks if each.config == ref}
    return next((service.ref for service in seen.services if service.ref in named and not service.ready), None)
