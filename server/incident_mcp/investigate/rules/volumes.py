"""Volumes that can't be attached or mounted, and pods whose sandbox can't be made: no container is ever created."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.containers import SANDBOX_FAILED, VOLUME_ATTACH, VOLUME_MOUNT
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.network_agents import agent_lacking
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, recent, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen

LATELY = timedelta(minutes=5)
"""The kubelet tries again at least every two minutes: what it has not said for longer is over."""
_REASONS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (VOLUME_ATTACH, ("FailedAttachVolume",)),
    (VOLUME_MOUNT, ("FailedMount", "FailedMapVolume")),
    (SANDBOX_FAILED, ("FailedCreatePodSandBox",)),
)
_WAITING = ("ContainerCreating", "PodInitializing")
_WHY = (
    ("Multi-Attach", "another node still holds it"),
    ("already exclusively attached", "another node still holds it"),
    ("access denied", "the storage refuses the node"),
    ("ermission denied", "the storage refuses the node"),
    ("driver name", "the node has no driver for it"),
    ("timed out waiting for the condition", "the node waits for it in vain"),
    ("context deadline exceeded", "the storage does not answer"),
    ("DeadlineExceeded", "the storage does not answer"),
    ("not found", "it is not there"),
    ("does not exist", "it is not there"),
    ("no such file or directory", "it is not there"),
)
_WHY_NO_SANDBOX = (
    ("no IP addresses available", "no pod address is left"),
    ("failed to allocate for range", "no pod address is left"),
    ("connection refused", "the CNI plugin does not answer"),
    ("cni plugin not initialized", "the CNI plugin is not ready"),
    ("runtime handler", "the node lacks the runtime class"),
    ("plugin type", "the CNI plugin fails"),
)
_WORDS = {
    VOLUME_ATTACH: "a volume can't be attached, so {pods} can't start",
    VOLUME_MOUNT: "a volume can't be mounted, so {pods} can't start",
    SANDBOX_FAILED: "the network or sandbox of {pods} can't be made",
}
_NEXT = {
    VOLUME_ATTACH: "See which node holds the volume; if that node is gone for good, its VolumeAttachment can go.",
    VOLUME_MOUNT: "Read the message: the claim, the Secret or ConfigMap, or the node's storage driver is at fault.",
    SANDBOX_FAILED: "Look at the CNI DaemonSet's pod on that node.",
}


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return container.state in ("waiting", "unknown") and container.reason in _WAITING

    for sufferer in sufferers(seen, fails, statuses=_WAITING):
        for kind, reasons in _REASONS:
            events = events_about(seen, sufferer.pods, *reasons)
            if events and recent(events[0].last, seen.at, LATELY):
                yield _finding(seen, sufferer, kind, events)
                break


def _finding(seen: Observation, sufferer: Sufferer, kind: Kind, events: list[EventSeen]) -> Finding:
    known = _WHY_NO_SANDBOX if kind is SANDBOX_FAILED else _WHY
    why = next((words for mark, words in known if any(event.message.contains(mark) for event in events)), "")
    return finding(
        kind,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"{_WORDS[kind].format(pods=in_pods(sufferer))}{f': {why}' if why else ''}",
        evidence=(Evidence(source=f"event of {events[0].about}", value=events[0].message, at=events[0].last),),
        next_step=_NEXT[kind],
        since=min(event.first for event in events),
        because_of=agent_lacking(seen, {pod.node or "" for pod in sufferer.pods}) if kind is SANDBOX_FAILED else None,
    )
