"""Containers that are killed for memory: at their own limit, or because their node ran out of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from incident_mcp.investigate.kinds.containers import OUT_OF_MEMORY
from incident_mcp.investigate.rules.crash_loop import LATELY
from incident_mcp.investigate.rules.nodes import out_of_memory_nodes
from incident_mcp.investigate.sufferers import (
    Sufferer,
    events_about,
    finding,
    gravity,
    in_pods,
    recent,
    since,
    sufferers,
    workload_of,
)
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import ContainerSeen, Observation, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

_KILLED = "OOMKilled"
AROUND = timedelta(minutes=1)
"""Between a node's report and the end of a container that its kernel killed."""


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
        summary=f"container {container.name} is killed at {limit} (OOMKilled) in {in_pods(sufferer)}"
        f"{_rewritten(seen, sufferer)}",
        evidence=(
            Evidence(
                source=f"{pod.ref}, container {container.name}, last state",
                value=f"OOMKilled, exit code {container.last_exit_code or container.exit_code or 137}",
                at=container.last_finished,
            ),
        ),
        because_of=_node(seen, sufferer),
        next_step="If a recent rollout lowered the limit or needs more memory, roll it back; else raise the limit.",
        since=since(sufferer, events_about(seen, sufferer.pods, "BackOff")),
    )


def _rewritten(seen: Observation, sufferer: Sufferer) -> str:
    """`; its template says 512Mi: an admission webhook has rewritten it`."""
    _, container = sufferer.worst
    workload = workload_of(seen, sufferer.target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    for each in cast("list[dict[str, Any]]", spec.get("containers") or []):
        resources: dict[str, dict[str, Any]] = each.get("resources") or {}
        told = str((resources.get("limits") or {}).get("memory") or "")
        current = all(pod.revision in ("", _current(workload)) for pod in sufferer.pods)
        if each.get("name") == container.name and told and told != container.memory_limit and current:
            return f"; its template says {told}: something rewrites its pods when they are made"
    return ""


def _current(workload: WorkloadSeen | None) -> str:
    """The hash that pods of the present template carry; empty when nobody knows."""
    revision = next((each for each in workload.revisions if each.current), None) if workload else None
    return revision.controller.rpartition("-")[2] if revision else ""


def _node(seen: Observation, sufferer: Sufferer) -> Ref | None:
    """The node that ran out of memory itself, just when this container was killed."""
    for pod, container in sufferer.containers:
        if pod.node in out_of_memory_nodes(seen) and container.last_finished is not None:
            events = out_of_memory_nodes(seen)[pod.node]
            if any(event.first - AROUND <= container.last_finished <= event.last + AROUND for event in events):
                return Ref(kind="Node", name=pod.node)
    return None
