"""Pods that the scheduler can't place, with its own reasons."""

from collections.abc import Iterator
from datetime import datetime

from incident_mcp.investigate.catalogue import UNSCHEDULABLE
from incident_mcp.investigate.sufferers import finding, gravity
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

# kubernetes/kubernetes, pkg/scheduler/framework/plugins: each plugin's own words.
_REASONS = (
    ("Insufficient cpu", "too little CPU"),
    ("Insufficient memory", "too little memory"),
    ("Insufficient ", "too little of another resource"),
    ("Too many pods", "the nodes hold no more pods"),
    ("untolerated taint", "a taint that it does not tolerate"),
    ("didn't match Pod's node affinity/selector", "no node with the labels that it asks for"),
    ("anti-affinity", "its anti-affinity rules"),
    ("didn't match pod affinity", "its affinity rules"),
    ("topology spread", "its topology spread rules"),
    ("didn't have free ports", "a host port that is taken"),
    ("persistentvolumeclaim", "a volume claim that is not there or not bound"),
    ("volume node affinity", "a volume that lives on other nodes"),
    ("were unschedulable", "cordoned nodes"),
)


def find(seen: Observation) -> Iterator[Finding]:
    groups: dict[Ref, list[PodSeen]] = {}
    for pod in seen.pods:
        if pod.phase == "Pending" and pod.node is None and not pod.deleting and (pod.scheduling or _failed(seen, pod)):
            groups.setdefault(pod.owner or pod.ref, []).append(pod)
    for target, pods in groups.items():
        yield _finding(seen, target, pods)


def _failed(seen: Observation, pod: PodSeen) -> list[EventSeen]:
    return [event for event in seen.events if event.uid == pod.uid and event.reason == "FailedScheduling"]


def _finding(seen: Observation, target: Ref, pods: list[PodSeen]) -> Finding:
    events = [event for pod in pods for event in _failed(seen, pod)]
    message: Untrusted = pods[0].scheduling or (events[0].message if events else Untrusted(""))
    why = [words for mark, words in _REASONS if message.contains(mark)]
    if "too little CPU" in why or "too little memory" in why:
        why = [words for words in why if words != "too little of another resource"]
    number = max(len(pods), sum(g.count for g in seen.groups if g.owner == target and g.status == "Pending"))
    return finding(
        UNSCHEDULABLE,
        target=target,
        severity=gravity(seen, target),
        summary=f"no node takes {count(number, 'pod')}{f': {listed(why)}' if why else ''}",
        evidence=(Evidence(source=f"scheduler about {pods[0].ref}", value=message, at=_latest(events)),),
        next_step="Add capacity or correct what the pod asks for; roll back if a rollout asked for more.",
        since=min((pod.created for pod in pods), default=None),
    )


def _latest(events: list[EventSeen]) -> datetime | None:
    return max((event.last for event in events), default=None)
