"""Init containers that fail, or run without end: the main containers wait for them."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.containers import INIT_CONTAINER
from incident_mcp.investigate.log_evidence import complaints
from incident_mcp.investigate.rules.crash_loop import crashes, exit_words
from incident_mcp.investigate.sufferers import Sufferer, events_about, finding, gravity, in_pods, since, sufferers
from incident_mcp.text.words import duration
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen

LONG = timedelta(minutes=2)
"""An init container that runs for less may simply be at work, unless its log complains again and again."""
COMPLAINTS = 3


def find(seen: Observation) -> Iterator[Finding]:
    def fails(pod: PodSeen, container: ContainerSeen) -> bool:
        if not container.init or container.ready:
            return False
        running = container.state == "running" and container.started is not None
        long = running and container.started is not None and seen.at - container.started > LONG
        hangs = long or (running and complaints(seen, pod.ref, container.name) >= COMPLAINTS)
        return hangs or crashes(container, seen.at)

    for sufferer in sufferers(seen, fails, statuses=("CrashLoopBackOff", "Error")):
        yield _finding(seen, sufferer)


def _finding(seen: Observation, sufferer: Sufferer) -> Finding:
    pod, container = sufferer.worst
    if container.state == "running" and container.started is not None:
        state = f"has been running for {duration(seen.at - container.started)}"
        value, at = "running", container.started
    else:
        state = f"ends with exit code {exit_words(container)}"
        value, at = f"exit code {exit_words(container)}, {container.restarts} restarts", container.last_finished
    return finding(
        INIT_CONTAINER,
        target=sufferer.target,
        severity=gravity(seen, sufferer.target),
        summary=f"init container {container.name} {state}, and {in_pods(sufferer)} can't start before it is done",
        evidence=(Evidence(source=f"{pod.ref}, init container {container.name}", value=value, at=at),),
        next_step=f"analyze_logs of {pod.ref.path}: what does {container.name} wait for, or why does it end?",
        since=since(sufferer, events_about(seen, sufferer.pods, "BackOff")) or container.started,
    )
