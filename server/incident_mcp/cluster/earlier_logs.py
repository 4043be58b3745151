"""What a workload's containers logged just before a moment, where what was read of them begins after it.

With `sinceTime` and no number of lines, the kubelet sends from the oldest line on, and `limitBytes` cuts the end: so a
few requests bring the window before the moment, however much was logged since.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import reason, together
from incident_mcp.cluster.one_log import matching
from incident_mcp.cluster.pod_logs import pod_logs, stamped_lines
from incident_mcp.cluster.workload_logs import AT_ONCE
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.log_source import ContainerLog
from incident_mcp.vocabulary.observation import NotChecked, PodSeen
from incident_mcp.vocabulary.refs import Ref

WINDOW = timedelta(minutes=15)
MOST = 20
"""Instances whose window before is read: enough to know what was usual."""
BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Earlier:
    """What each instance logged in the window before the moment, and why that of some is not here."""

    logs: tuple[ContainerLog, ...] = ()
    searched: tuple[tuple[Ref, timedelta], ...] = ()
    """Pods that did log then, but no line that was wanted; and how much of the window that was looked for in."""
    not_checked: tuple[NotChecked, ...] = ()


async def earlier_logs(
    api: Api,
    pods: Sequence[PodSeen],
    logs: Sequence[ContainerLog],
    *,
    before: datetime,
    match: tuple[str, ...],
    seconds: float,
) -> Earlier:
    """Of the instances that ran before the moment and whose `logs` begin after it: the lines that `match`, or all.

    Raises `CredentialsError`.
    """
    wanted = [log for log in logs if _began_after(log, before) and _ran(log, pods, before)][:MOST]
    found: list[ContainerLog] = []
    searched: list[tuple[Ref, timedelta]] = []
    missed: list[NotChecked] = []
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def read(log: ContainerLog) -> None:
        try:
            async with limiter:
                body = await pod_logs(
                    api,
                    log.pod,
                    container=log.container,
                    previous=log.previous,
                    tail=None,
                    since_time=before - WINDOW,
                    limit_bytes=BYTES,
                )
        except CredentialsError:
            raise
        except ClusterError as error:
            missed.append(NotChecked(what=f"log of {log.pod.name}/{log.container} before", why=reason(error)))
            return
        early = parted(body, before)[0]
        if kept := matching(early, match):
            found.append(replace(log, body=kept))
        elif early and len(body) < BYTES:  # what the limit cuts off may hold what is wanted
            searched.append((log.pod, before - (first_time(early) or before)))

    with anyio.move_on_after(seconds) as limit:
        await together([partial(read, log) for log in wanted])
    if limit.cancelled_caught:
        missed.append(NotChecked(what="logs of the time before", why="timed out"))
    return Earlier(tuple(found), tuple(searched), tuple(missed))


def parted(body: bytes, at: datetime) -> tuple[bytes, bytes]:
    """The whole lines of a log before a moment, and those from it on; by the kubelet's stamps."""
    lines = BytesIO(body).readlines()  # a carriage return ends no line: progress bars are full of them
    cut = bisect_left(range(len(lines)), True, key=lambda number: _at_or_after(lines[number], at))
    early = lines[:cut]
    if early and not early[-1].endswith(b"\n"):  # cut by the limit of bytes
        early.pop()
    return b"".join(early), b"".join(lines[cut:])


def first_time(body: bytes) -> datetime | None:
    """Of its first line."""
    lines = stamped_lines(body[: body.find(b"\n") + 1 or None])
    return lines[0][0] if lines else None


def _at_or_after(line: bytes, at: datetime) -> bool:
    time = stamped_lines(line)[0][0] if line.strip() else None
    return time is not None and time >= at


def _began_after(log: ContainerLog, at: datetime) -> bool:
    first = first_time(log.body)
    return first is None or first > at


def _ran(log: ContainerLog, pods: Sequence[PodSeen], at: datetime) -> bool:
    """Whether the instance may have logged anything before then."""
    pod = next((each for each in pods if each.ref == log.pod), None)
    container = next((each for each in pod.containers if each.name == log.container), None) if pod else None
    if pod is None or container is None or pod.created >= at:
        return False
    began = container.last_started if log.previous else container.started
    return began is None or began < at
