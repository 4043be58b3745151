"""The logs of all pods of a workload at once: every container, the previous instance too where there was one.

Bounded in pods, lines, bytes and time. What could not be read is named with its reason, never passed over.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import reason, together
from incident_mcp.cluster.pod_logs import pod_logs
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.observation import ContainerSeen, NotChecked, PodSeen
from incident_mcp.vocabulary.refs import Ref

PODS = 50
LINES = 2000
BYTES = 1024 * 1024
AT_ONCE = 16


@dataclass(frozen=True)
class ContainerLog:
    """One instance's log, as the API server sent it."""

    pod: Ref
    container: str
    previous: bool
    body: bytes


@dataclass
class WorkloadLogs:
    """What was read, and what was not."""

    logs: list[ContainerLog] = field(default_factory=list[ContainerLog])
    not_checked: list[NotChecked] = field(default_factory=list[NotChecked])


async def workload_logs(
    api: Api, pods: tuple[PodSeen, ...], *, since: timedelta, container: str | None, seconds: float
) -> WorkloadLogs:
    """Read at once; what is not there after `seconds` is *timed out*. Pods that are not ready come first."""
    found, waiting = WorkloadLogs(), {str(pod.ref) for pod in pods[:PODS]}
    limiter = anyio.CapacityLimiter(AT_ONCE)
    ordered = sorted(pods, key=lambda pod: pod.ready)[:PODS]

    async def read(pod: PodSeen) -> None:
        async with limiter:
            for one in pod.containers:
                if container in (None, one.name):
                    await _read_container(api, pod.ref, one, since, found)
        waiting.discard(str(pod.ref))

    with anyio.move_on_after(seconds):
        await together([partial(read, pod) for pod in ordered])
    found.not_checked += [NotChecked(what=f"log of {name}", why="timed out") for name in sorted(waiting)]
    if len(pods) > PODS:
        found.not_checked.append(
            NotChecked(what=f"logs of {len(pods) - PODS} more pods", why=f"at most {PODS} are read")
        )
    return found


async def _read_container(api: Api, pod: Ref, container: ContainerSeen, since: timedelta, found: WorkloadLogs) -> None:
    instances = (False, True) if container.restarts or container.last_finished else (False,)
    for previous in instances:
        try:
            body = await pod_logs(
                api, pod, container=container.name, previous=previous, tail=LINES, since=since, limit_bytes=BYTES
            )
        except CredentialsError:
            raise
        except ClusterError as error:
            instance = ", previous instance" if previous else ""
            found.not_checked.append(
                NotChecked(what=f"log of {pod.name}/{container.name}{instance}", why=reason(error))
            )
            continue
        found.logs.append(ContainerLog(pod, container.name, previous, body))
