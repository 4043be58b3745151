"""Slices of a busy log: what a container wrote from each of a few moments on, cut at some bytes each.

With `sinceTime` and without a number of lines the kubelet sends the oldest lines first, so a slice begins at its
moment, and an hour of an ingress controller's log is seen at ten places for the price of ten small requests.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.earlier_logs import first_time, parted
from incident_mcp.cluster.look import reason, together
from incident_mcp.cluster.pod_logs import pod_logs
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.observation import NotChecked
from incident_mcp.vocabulary.refs import Ref

BYTES = 128 * 1024
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Slice:
    """From `begin` on. `end`: it holds everything until then; None: it was cut at its last line.

    A log that is younger than its `moment` begins with its first line.
    """

    pod: Ref
    moment: datetime
    begin: datetime
    end: datetime | None
    body: bytes


@dataclass(frozen=True, slots=True)
class Slices:
    """What was read within the time, and why some was not."""

    read: tuple[Slice, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()


async def log_slices(
    api: Api, containers: Sequence[tuple[Ref, str]], moments: Sequence[datetime], end: datetime, *, seconds: float
) -> Slices:
    """A slice reaches no further than the next moment, the last one to `end`. Raises `CredentialsError`."""
    found: list[Slice] = []
    missed: list[NotChecked] = []
    limiter = anyio.CapacityLimiter(AT_ONCE)

    async def read(pod: Ref, container: str, begin: datetime, until: datetime) -> None:
        try:
            async with limiter:
                body = await pod_logs(api, pod, container=container, tail=None, since_time=begin, limit_bytes=BYTES)
        except CredentialsError:
            raise
        except ClusterError as error:
            missed.append(NotChecked(what=f"log of {pod.name}/{container} before", why=reason(error)))
            return
        early, late = parted(body, until)
        whole = len(body) < BYTES or bool(late)
        found.append(Slice(pod, begin, begin, until if whole else None, early))

    ends = [*moments[1:], end]
    with anyio.move_on_after(seconds) as limit:
        await together(
            [
                partial(read, pod, container, begin, until)
                for pod, container in containers
                for begin, until in zip(moments, ends, strict=True)
            ]
        )
    if limit.cancelled_caught:
        missed.append(NotChecked(what="access log of the hour before", why="timed out"))
    return Slices(tuple(_grown_up(found)), tuple(dict.fromkeys(missed)))


def _grown_up(slices: Sequence[Slice]) -> Iterator[Slice]:
    """Without those from before there was a log, in the order of their time."""
    seen: set[Ref] = set()
    for each in sorted(slices, key=lambda each: each.moment):
        if each.pod in seen:
            yield each
        elif each.body:
            seen.add(each.pod)
            yield replace(each, begin=max(each.begin, first_time(each.body) or each.begin))
