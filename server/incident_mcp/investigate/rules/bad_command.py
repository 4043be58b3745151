"""Containers whose command is not there or not executable: exit codes 127 and 126."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.containers import BAD_COMMAND
from incident_mcp.investigate.rules.crash_loop import crashes
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, since, sufferers
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

_WORDS = {126: "is not executable", 127: "is not in the image"}


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return crashes(container, seen.at) and _code(container) in _WORDS

    for sufferer in sufferers(seen, fails, statuses=("CrashLoopBackOff", "Error")):
        yield _finding(seen, sufferer)


def _code(container: ContainerSeen) -> int | None:
    return container.last_exit_code if container.last_exit_code is not None else container.exit_code


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    code = _code(container) or 0
    return finding(
        BAD_COMMAND,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"the command of container {container.name} {_WORDS[code]} (exit code {code}) in {in_pods(sufferer)}",
        evidence=(
            Evidence(
                source=f"{pod.ref}, container {container.name}, last state",
                value=f"exit code {code}, image {container.image}",
                at=container.last_finished,
            ),
        ),
        next_step="Compare command and arguments with the image, and the image with the node's architecture.",
        since=since(sufferer, events_about(seen, sufferer.pods, "BackOff")),
    )
