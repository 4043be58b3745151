"""Volumes that can't be attached or mounted, so the container is never created."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import MOUNT_FAILED
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state in ("waiting", "unknown") and container.reason in (
            "ContainerCreating",
            "PodInitializing",
        )

    for sufferer in sufferers(seen, fails, statuses=("ContainerCreating", "PodInitializing")):
        events = events_about(seen, sufferer.pods, *REASONS)
        if events:
            yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    events = events_about(seen, sufferer.pods, *REASONS)
    return finding(
        MOUNT_FAILED,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"a volume can't be mounted, so {in_pods(sufferer)} can't start",
        evidence=(Evidence(source=f"event of {events[0].about}", value=events[0].message, at=events[0].last),),
        next_step="Read the message: the claim, the Secret or ConfigMap, or the node's storage driver is at fault.",
        since=min(event.first for event in events),
    )
