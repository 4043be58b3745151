"""Containers that are killed at their own memory limit: `OOMKilled`, not a node that runs short."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import OUT_OF_MEMORY
from incident_mcp.investigate.rules.crash_loop import LATELY
from incident_mcp.investigate.sufferers import (
    Sufferer,
    events_about,
    finding,
    gravity,
    in_pods,
    recent,
    since,
    sufferers,
)
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

_KILLED = "OOMKilled"


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        if container.state == "terminated":
            return container.reason == _KILLED
        if container.last_reason != _KILLED:
            return False
        # While it waits for its next start, the last end is what matters, however long the wait.
        return container.state == "waiting" or recent(container.last_finished, seen.at, LATELY)

    for sufferer in sufferers(seen, fails, statuses=("OOMKilled", "CrashLoopBackOff")):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    limit = f"its memory limit of {container.memory_limit}" if container.memory_limit else "the pod's or node's limit"
    return finding(
        OUT_OF_MEMORY,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"container {container.name} is killed at {limit} (OOMKilled) in {in_pods(sufferer)}",
        evidence=(
            Evidence(
                source=f"{pod.ref}, container {container.name}, last state",
                value=f"OOMKilled, exit code {container.last_exit_code or container.exit_code or 137}",
                at=container.last_finished,
            ),
        ),
        next_step="If a recent rollout lowered the limit or needs more memory, roll it back; else raise the limit.",
        since=since(sufferer, events_about(seen, sufferer.pods, "BackOff")),
    )
