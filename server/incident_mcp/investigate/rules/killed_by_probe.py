"""Containers that the kubelet restarts because their liveness or startup probe fails."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.containers import KILLED_BY_PROBE
from incident_mcp.investigate.probes import Probe, asked, meaning
from incident_mcp.investigate.rules.crash_loop import LATELY
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, recent, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen

JUST_BEFORE = timedelta(minutes=2)
"""A probe that failed longer before the end has not brought it about."""
_PROBES: tuple[tuple[str, Probe], ...] = (("iveness probe", "livenessProbe"), ("tartup probe", "startupProbe"))
_BY_ITSELF = ("OOMKilled",)


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        ended = recent(container.last_finished, seen.at, LATELY) or container.reason == "CrashLoopBackOff"
        by_itself = container.last_reason in _BY_ITSELF
        return container.restarts > 0 and ended and not by_itself and bool(_kills(seen, pod, container))

    for sufferer in sufferers(seen, fails, statuses=("CrashLoopBackOff",)):
        yield _finding(seen, sufferer)


def _kills(seen: Observation, pod: PodSeen, container: ContainerSeen) -> list[EventSeen]:
    """`Container app failed liveness probe, will be restarted`, or a probe that failed so."""
    return [
        event
        for event in events_about(seen, (pod,), "Killing", "Unhealthy")
        if event.container in ("", container.name)
        and any(event.message.contains(mark) for mark, _ in _PROBES)
        and (container.last_finished is None or event.last >= container.last_finished - JUST_BEFORE)
    ]


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    _, container = sufferer.worst
    events = [event for each, its in sufferer.containers for event in _kills(seen, each, its)]
    mark, probe = next(pair for pair in _PROBES if any(event.message.contains(pair[0]) for event in events))
    told = next((event for event in events if event.reason == "Unhealthy" and event.message.contains(mark)), events[0])
    why = meaning(told.message)
    how = asked(seen, sufferer.target, container.name, probe)
    name = probe.removesuffix("Probe")
    return finding(
        KILLED_BY_PROBE,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"the {name} probe kills container {container.name} in {in_pods(sufferer)}{f': {why}' if why else ''}",
        evidence=(
            Evidence(source=f"event of {told.about}", value=told.message, at=told.last),
            *([Evidence(source=f"{name} probe", value=f"{how.words}{how.astray}")] if how else []),
        ),
        next_step=f"Compare the {name} probe's port, path and times with what {container.name} serves.",
        since=min(event.first for event in events),
    )
