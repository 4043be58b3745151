"""Logs of one container: bounded in lines and in bytes, and with the kubelet's own time stamp on each line."""

from datetime import UTC, datetime, timedelta

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.moments import moment
from incident_mcp.text.key_lines import mask_key_lines
from incident_mcp.vocabulary.observation import LogSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

TAIL = 200
BYTES = 256 * 1024
LONGEST_LINE = 2000
"""Characters of one line that are kept: a line beyond is data, not a message."""


async def pod_logs(
    api: Api,
    pod: Ref,
    *,
    container: str | None = None,
    previous: bool = False,
    tail: int | None = TAIL,
    since: timedelta | None = None,
    since_time: datetime | None = None,
    limit_bytes: int = BYTES,
) -> bytes:
    """The log as the kubelet keeps it, each line with an RFC 3339 time stamp before it.

    Raises `NotFound` when the pod is gone, `Invalid` when the container has not started or has no previous instance.
    """
    params: dict[str, str | int] = {"timestamps": "true", "limitBytes": limit_bytes}
    if container:
        params["container"] = container
    if previous:
        params["previous"] = "true"
    if tail is not None:
        params["tailLines"] = tail
    if since is not None:
        params["sinceSeconds"] = max(1, int(since.total_seconds()))
    elif since_time is not None:
        params["sinceTime"] = since_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return await api.get(f"{path_of(pod)}/log", params=params, accept="*/*")


def stamped_lines(log: bytes) -> list[tuple[datetime | None, str]]:
    """Each line with its time. A line whose stamp can't be read keeps its text; undecodable bytes are replaced."""
    return [_split(line) for line in log.decode("utf-8", "replace").split("\n") if line]


def log_seen(pod: Ref, container: str, log: bytes, *, previous: bool, most: int) -> LogSeen:
    """The last lines, as outside text."""
    lines = tuple((time, Untrusted(text[:LONGEST_LINE])) for time, text in stamped_lines(mask_key_lines(log))[-most:])
    return LogSeen(pod=pod, container=container, previous=previous, lines=lines)


def _split(line: str) -> tuple[datetime | None, str]:
    stamp, _, text = line.partition(" ")
    time = moment(stamp) if stamp[:1].isdigit() and "T" in stamp else None
    return (time, text) if time else (None, line)
