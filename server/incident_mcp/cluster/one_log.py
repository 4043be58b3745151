"""One container's log, as far as it was wanted: its newest part within limits, or a stretch of the past.

The kubelet takes the last `tailLines` first and then cuts at `limitBytes`, so what a byte limit cuts off is the
*newest* (kubernetes/kubernetes, pkg/kubelet/kuberuntime/logs): a log that meets the limit is asked for again with
fewer lines.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.pod_logs import pod_logs
from incident_mcp.vocabulary.errors import ClusterError, Forbidden, Invalid, NotFound
from incident_mcp.vocabulary.log_source import LogsWanted
from incident_mcp.vocabulary.refs import Ref

_TRIES = 4
_GONE = re.compile(rb"(unable to retrieve container logs for|failed to try resolving symlinks in path) [^\n]*\n?")
"""What some kubelets send with a 200 in place of a log whose file is gone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one container's log."""

    lines: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class OneLog:
    """Its lines, and whether there were more in the time that was wanted."""

    body: bytes
    cut: bool
    looked_through: int


class Gone(Exception):
    """The container is known, its log is not there any more."""


async def one_log(
    api: Api, pod: Ref, container: str, wanted: LogsWanted, limits: Limits, *, previous: bool, now: datetime
) -> OneLog:
    """Raises `Gone`, and what `pod_logs` raises."""
    if wanted.until is None:
        found = await _newest(api, pod, container, limits, previous=previous, since=now - wanted.since)
    else:
        found = await _stretch(api, pod, container, wanted.since, wanted.until, limits, previous=previous)
    if _GONE.fullmatch(found.body):
        raise Gone
    return OneLog(matching(found.body, wanted.match), found.cut, found.looked_through)


def why_not(error: ClusterError, *, previous: bool) -> str | None:
    """In a few words, where a log's own reasons say more than that the API server failed."""
    said = error.happened
    if "unable to retrieve container logs" in said or "no such file" in said:
        return "its log is gone"
    match error:
        case Forbidden():
            return "Forbidden: get pods/log"
        case NotFound():
            return "the pod is gone"
        case Invalid():
            return "its log is gone" if previous else "it has not started"
        case _:
            return None


def matching(body: bytes, texts: tuple[str, ...]) -> bytes:
    """The lines that hold one of these texts behind their time, in whatever case."""
    if not texts:
        return body
    pattern = re.compile("|".join(re.escape(text) for text in texts), re.IGNORECASE)
    lines = body.split(b"\n")
    kept = [line for line in lines if pattern.search(line.partition(b" ")[2].decode("utf-8", "replace"))]
    return b"".join(line + b"\n" for line in kept)


async def _newest(api: Api, pod: Ref, container: str, limits: Limits, *, previous: bool, since: timedelta) -> OneLog:
    tail, body, lines = limits.lines, b"", 0
    for _ in range(_TRIES):
        body = await pod_logs(
            api, pod, container=container, previous=previous, tail=tail, since=since, limit_bytes=limits.size
        )
        lines = body.count(b"\n")
        if len(body) < limits.size or tail == 1:
            break
        tail = max(1, lines * 3 // 4)
    return OneLog(body, lines >= tail or len(body) >= limits.size, lines)


async def _stretch(
    api: Api, pod: Ref, container: str, since: datetime, until: datetime, limits: Limits, *, previous: bool
) -> OneLog:
    """From its begin on, without a tail: the last lines of today say nothing about an hour of yesterday."""
    body = await pod_logs(
        api, pod, container=container, previous=previous, tail=None, since_time=since, limit_bytes=limits.size
    )
    lines = body.split(b"\n")
    whole = lines[:-1] if len(body) >= limits.size else lines
    kept = [line for line in whole if line and _before(line, until)]
    cut = len(body) >= limits.size and len(kept) == len(whole)
    return OneLog(b"".join(line + b"\n" for line in kept), cut, len(kept))


def _before(line: bytes, until: datetime) -> bool:
    time = moment(line.partition(b" ")[0].decode("ascii", "replace"))
    return time is None or time <= until
