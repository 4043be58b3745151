"""Containers that the runtime refuses to create or start, other than for missing configuration."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import CONTAINER_ERROR
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

REASONS = (
    "CreateContainerError",
    "RunContainerError",
    "StartError",
    "PreCreateHookError",
    "PreStartHookError",
    "PostStartHookError",
    "CreateContainerConfigError",
    "CreatePodSandboxError",
)


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state != "running" and (container.reason in REASONS or container.last_reason == "StartError")

    for sufferer in sufferers(seen, fails, statuses=REASONS):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Failed")
    message = container.message or next((event.message for event in events), container.message)
    reason = container.reason if container.reason in REASONS else container.last_reason
    return finding(
        CONTAINER_ERROR,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"container {container.name} can't be started ({reason}) in {in_pods(sufferer)}",
        evidence=(Evidence(source=f"{pod.ref}, container {container.name}", value=message or reason),),
        next_step="Check the container's command, mounts and security context against the image.",
        since=min((event.first for event in events), default=pod.created),
    )
