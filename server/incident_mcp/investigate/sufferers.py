"""The pods that fail alike, by whose they are: thirty pods of one workload are one sufferer, and become one finding."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.observation import ContainerSeen, EventSeen, Observation, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.refs import Ref

Fails = Callable[[PodSeen, ContainerSeen], bool]


@dataclass(frozen=True, slots=True)
class Sufferer:
    """A workload (or a pod that belongs to none), and those containers of it that fail alike."""

    target: Ref
    pods: tuple[PodSeen, ...]
    containers: tuple[tuple[PodSeen, ContainerSeen], ...]
    number: int
    """All of its pods that fail so, those that were only counted included."""

    @property
    def worst(self) -> tuple[PodSeen, ContainerSeen]:
        return max(self.containers, key=lambda pair: pair[1].restarts)


def sufferers(seen: Observation, fails: Fails, *, statuses: tuple[str, ...] = ()) -> Iterator[Sufferer]:
    """Those whose containers fail by this measure. `statuses` are the table's words for it, to count the others."""
    found: dict[Ref, list[tuple[PodSeen, ContainerSeen]]] = {}
    for pod in seen.pods:
        for container in pod.containers:
            if not pod.deleting and fails(pod, container):
                found.setdefault(pod.owner or pod.ref, []).append((pod, container))
    counted: Counter[Ref | None] = Counter()
    for group in seen.groups if found else ():
        if group.status.removeprefix("Init:") in statuses:
            counted[group.owner] += group.count
    for target, pairs in found.items():
        pods = tuple({pod.ref: pod for pod, _ in pairs}.values())
        yield Sufferer(target, pods, tuple(pairs), max(len(pods), counted[target]))


def workload_of(seen: Observation, target: Ref) -> WorkloadSeen | None:
    return next((workload for workload in seen.workloads if workload.ref == target), None)


def gravity(seen: Observation, target: Ref) -> Gravity:
    """Critical when nothing of it is ready; a warning while some of it still works, or nobody knows."""
    workload = workload_of(seen, target)
    return "critical" if workload is not None and workload.ready == 0 < workload.desired else "warning"


def gravest(seen: Observation, targets: Iterable[Ref]) -> Gravity:
    """The gravity of whichever of these is hurt most."""
    return "critical" if any(gravity(seen, target) == "critical" for target in targets) else "warning"


def events_about(seen: Observation, pods: tuple[PodSeen, ...], *reasons: str) -> list[EventSeen]:
    """Events of these pods, matched by uid, for any of these reasons (all, when none is given); latest first."""
    uids = {pod.uid for pod in pods}
    return [event for event in seen.events if event.uid in uids and (not reasons or event.reason in reasons)]


def since(sufferer: Sufferer, events: list[EventSeen]) -> datetime | None:
    """The first sign: an event's first time, or the earliest end of an instance that is still known."""
    ends = (container.last_finished for _, container in sufferer.containers)
    times = [time for time in (*ends, *(event.first for event in events)) if time is not None]
    return min(times, default=None)


def in_pods(sufferer: Sufferer) -> str:
    """`3 pods`."""
    return count(sufferer.number, "pod")


def recent(time: datetime | None, now: datetime, within: timedelta) -> bool:
    return time is not None and now - time <= within


def finding(
    kind: Kind,
    *,
    target: Ref,
    severity: Gravity,
    summary: str,
    evidence: tuple[Evidence, ...],
    next_step: str,
    follow_up: str = "",
    since: datetime | None = None,
    because_of: Ref | None = None,
) -> Finding:
    """A finding of this kind. Whether it is a root is decided when all are known."""
    return Finding(
        code=kind.code,
        cause=kind.cause,
        severity=severity,
        target=target,
        root=because_of is None,
        summary=summary,
        evidence=evidence,
        next_step=next_step,
        follow_up=follow_up or kind.after.format(target=target),
        since=since,
        because_of=because_of,
    )
