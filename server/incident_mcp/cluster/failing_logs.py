"""The last log lines of the worst few failing containers: they often name the cause that no object shows.

A crash-looping container's story is in its previous instance; while it waits for its next start there is no other.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.pod_logs import log_seen, pod_logs
from incident_mcp.vocabulary.errors import Invalid, NotFound
from incident_mcp.vocabulary.observation import ContainerSeen, LogSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref

OWNERS = 6
EACH = 3
"""Pods of one owner whose logs are read: enough to say *in each of them*."""
LINES = 60
BYTES = 64 * 1024
NO_IMAGE = ("ErrImagePull", "ImagePullBackOff", "InvalidImageName")
_NEVER_RAN = ("ContainerCreating", "PodInitializing", *NO_IMAGE)


@dataclass(frozen=True, slots=True)
class _Wanted:
    pod: Ref
    container: str
    previous: bool


async def read_failing_logs(look: Look, pods: list[PodSeen], into: list[LogSeen]) -> None:
    """Add the logs of a few pods each of the few owners that fail worst, as they come."""

    async def read(each: _Wanted) -> None:
        call = partial(log_of, look, each.pod, each.container, previous=each.previous)
        log = await look.ask("logs", call, None, where=each.pod.namespace or "")
        if log:
            into.append(log_seen(each.pod, each.container, log, previous=each.previous, most=LINES))

    await together([lambda each=each: read(each) for each in _wanted(pods)])


def namespaces_with_logs(pods: list[PodSeen]) -> list[str]:
    """Where the logs come from that would be read of these pods."""
    return list(dict.fromkeys(each.pod.namespace or "" for each in _wanted(pods)))


async def log_of(look: Look, pod: Ref, container: str, *, previous: bool = False) -> bytes:
    """The last lines of one container; nothing when there are none."""
    try:
        return await pod_logs(look.api, pod, container=container, previous=previous, tail=LINES, limit_bytes=BYTES)
    except (Invalid, NotFound):
        return b""  # gone, not yet started, or no instance before this one: nothing to read


def _wanted(pods: list[PodSeen]) -> list[_Wanted]:
    by_owner: defaultdict[str, list[PodSeen]] = defaultdict(list)
    for pod in pods:
        if not pod.ready or _restarts(pod):
            by_owner[str(pod.owner or pod.ref)].append(pod)
    worst = sorted(by_owner.values(), key=lambda group: -max(_restarts(pod) for pod in group))[:OWNERS]
    return [each for group in worst for pod in sorted(group, key=lambda p: -_restarts(p))[:EACH] for each in _of(pod)]


def _of(pod: PodSeen) -> list[_Wanted]:
    return [
        _Wanted(pod.ref, container.name, previous)
        for container in pod.containers
        if _fails(container)
        for previous in _instances(container)
    ]


def _fails(container: ContainerSeen) -> bool:
    if container.reason in _NEVER_RAN or container.state == "unknown":
        return False
    finished_well = container.state == "terminated" and container.exit_code == 0
    return not finished_well and (not container.ready or container.restarts > 0)


def _instances(container: ContainerSeen) -> tuple[bool, ...]:
    """Which to read, as `previous`: the one that ended last, and the one that runs now."""
    if container.restarts == 0 or container.state == "terminated":
        return (False,)
    return (True, False) if container.state == "running" else (True,)


def _restarts(pod: PodSeen) -> int:
    return max((container.restarts for container in pod.containers), default=0)
