"""Containers that the runtime refuses to create or start, other than for missing configuration."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.containers import CONTAINER_ERROR
from incident_mcp.investigate.rules.missing_config import names_what_lacks
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen
from incident_mcp.vocabulary.untrusted import Untrusted

REASONS = (
    "CreateContainerError",
    "RunContainerError",
    "StartError",
    "ContainerCannotRun",
    "PreCreateHookError",
    "PreStartHookError",
    "PostStartHookError",
    "CreateContainerConfigError",
    "CreatePodSandboxError",
)
_WHY = (
    ("executable file not found", "its command is not in the image"),
    ("exec format error", "the image is built for another architecture"),
    ("runAsNonRoot", "it must not run as root, and the image does"),
    ("non-root", "it must not run as root, and the image does"),
    ("no command specified", "neither image nor template names a command"),
    ("is not executable", "its command is not executable"),
    ("permission denied", "its command is not executable"),
    ("not a directory", "a mount's path is a file"),
    ("read-only file system", "a mount's path lies in a read-only file system"),
    ("address already in use", "a port is taken"),
    ("is reserved for container", "a container of that name is left over"),
)


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        refused = container.reason in REASONS or container.last_reason in ("StartError", "ContainerCannotRun")
        return container.state != "running" and refused and not names_what_lacks(container.message)

    for sufferer in sufferers(seen, fails, statuses=REASONS):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    events = events_about(seen, sufferer.pods, "Failed")
    said = container.last_message if container.reason not in REASONS else container.message
    message = said or next((event.message for event in events), said)
    reason = container.reason if container.reason in REASONS else container.last_reason
    why = _why([message, *(event.message for event in events)])
    return finding(
        CONTAINER_ERROR,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"container {container.name} can't be started ({reason}) in {in_pods(sufferer)}{why}",
        evidence=(Evidence(source=f"{pod.ref}, container {container.name}", value=message or reason),),
        next_step="Check the container's command, mounts and security context against the image.",
        since=min((event.first for event in events), default=pod.created),
    )


def _why(messages: list[Untrusted]) -> str:
    words = (words for mark, words in _WHY if any(message.contains(mark) for message in messages))
    return f": {found}" if (found := next(words, "")) else ""
