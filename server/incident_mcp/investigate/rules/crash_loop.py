"""Containers that start and end again and again, whatever the reason. The restarts' times count, not their total."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from incident_mcp.investigate.kinds.containers import CRASH_LOOP
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

LATELY = timedelta(minutes=10)
"""An instance that ended longer ago belongs to a story that is over, if another one runs now."""
EXIT_CODES = {
    126: "126 (not executable)",
    127: "127 (command not found)",
    130: "130 (SIGINT)",
    134: "134 (SIGABRT)",
    137: "137 (SIGKILL)",
    139: "139 (SIGSEGV)",
    143: "143 (SIGTERM)",
}


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        return not container.init and crashes(container, seen.at)

    for sufferer in sufferers(seen, fails, statuses=("CrashLoopBackOff", "Error")):
        yield _finding(seen, sufferer)


def crashes(container: ContainerSeen, now: datetime) -> bool:
    """It waits after a crash, has just ended in error, or runs for the third time within minutes."""
    if container.state == "waiting":
        return container.reason == "CrashLoopBackOff"
    if container.state == "terminated":
        lately = container.last_finished is None or recent(container.last_finished, now, LATELY)
        return container.exit_code != 0 and lately
    again = 1 if not container.ready else 2
    return container.restarts >= again and recent(container.last_finished, now, LATELY)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    began = since(sufferer, events_about(seen, sufferer.pods, "BackOff"))
    looping = any(each.reason == "CrashLoopBackOff" for _, each in sufferer.containers)
    state = "in CrashLoopBackOff" if looping else "restarting again and again"
    return finding(
        CRASH_LOOP,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"{in_pods(sufferer)} {state}: container {container.name} ends with exit code {exit_words(container)}",
        evidence=(
            Evidence(
                source=f"{pod.ref}, container {container.name}, last state",
                value=f"{_reason(container)}, exit code {exit_words(container)}, {container.restarts} restarts",
                at=container.last_finished,
            ),
        ),
        next_step=f"analyze_logs of {pod.ref.path}, previous instance: why does {container.name} end?",
        since=began,
    )


def exit_words(container: ContainerSeen) -> str:
    """`137 (SIGKILL)`."""
    code = container.last_exit_code if container.last_exit_code is not None else container.exit_code
    return "unknown" if code is None else EXIT_CODES.get(code, str(code))


def _reason(container: ContainerSeen) -> str:
    return container.last_reason or container.reason or "ended"
