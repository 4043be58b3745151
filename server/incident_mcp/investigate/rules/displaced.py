"""Workloads whose pods had to go for others of a higher priority, while their replacements wait for room."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.cluster.displaced import PREEMPTED as REASON
from incident_mcp.cluster.owners import controller_name
from incident_mcp.investigate.kinds.placing import PREEMPTED
from incident_mcp.investigate.sufferers import finding, gravity, recent
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import EventSeen, Observation
from incident_mcp.vocabulary.refs import Ref

LATELY = timedelta(hours=1)


def find(seen: Observation) -> Iterator[Finding]:
    owners = {
        (pod.ref.namespace, pod.controller or controller_name(pod.ref.name)): pod.owner or pod.ref
        for pod in seen.pods
        if pod.node is None and pod.scheduling and not pod.deleting
    }
    gone: dict[Ref, dict[Ref, EventSeen]] = {}
    for event in seen.events:
        owner = owners.get((event.about.namespace, controller_name(event.about.name)))
        if owner is not None and event.reason == REASON and recent(event.last, seen.at, LATELY):
            gone.setdefault(owner, {}).setdefault(event.about, event)
    for owner, events in gone.items():
        yield _displaced(seen, owner, list(events.values()))


def _displaced(seen: Observation, owner: Ref, events: list[EventSeen]) -> Finding:
    by = listed(list(dict.fromkeys(str(event.by) for event in events if event.by)), most=2)
    return finding(
        PREEMPTED,
        target=owner,
        severity=gravity(seen, owner),
        summary=f"{count(len(events), 'pod')} of it had to go for {by or 'one of a higher priority'}",
        evidence=(Evidence(source=f"scheduler about {events[0].about}", value=events[0].message, at=events[0].last),),
        next_step="Compare the priority classes of both and what the other asks for; add capacity, or scale it down.",
        since=min(event.first for event in events),
    )
