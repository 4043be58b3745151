"""Containers that run and do not become ready: the probe says no, and traffic stays away."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.containers import NOT_READY
from incident_mcp.investigate.probes import asked, meaning
from incident_mcp.investigate.rules.crash_loop import crashes
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen

PATIENCE = timedelta(seconds=60)
"""A container that runs for less is still starting."""
PROBES_FAILED = 3


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        if pod.ready or container.ready or container.init or container.state != "running":
            return False
        old = container.started is None or seen.at - container.started > PATIENCE
        return not crashes(container, seen.at) and (old or _refused(seen, pod) >= PROBES_FAILED)

    for sufferer in sufferers(seen, fails, statuses=("Running",)):
        yield _finding(seen, sufferer)


def _refused(seen: Observation, pod: PodSeen) -> int:
    return sum(event.count for event in events_about(seen, (pod,), "Unhealthy"))


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Unhealthy")
    why = next((words for event in events if (words := meaning(event.message))), "")
    probe = asked(seen, sufferer.target, container.name, "readinessProbe")
    return finding(
        NOT_READY,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"container {container.name} runs but is not ready in {in_pods(sufferer)}{_because(why)}",
        evidence=(
            Evidence(source=f"{pod.ref}, condition Ready", value="False", at=pod.ready_since),
            *_quoted(pod, events),
            *([Evidence(source="readiness probe", value=f"{probe.words}{probe.astray}")] if probe else []),
        ),
        next_step=f"Compare the readiness probe's port and path with what {container.name} serves; read its log.",
        since=min((each.ready_since for each in sufferer.pods if each.ready_since), default=None),
    )


def _because(why: str) -> str:
    return f": its readiness probe fails, {why}" if why else ""


def _quoted(pod: PodSeen, events: list[EventSeen]) -> list[Evidence]:
    return [Evidence(source=f"event of {pod.ref}", value=events[0].message, at=events[0].last)] if events else []
