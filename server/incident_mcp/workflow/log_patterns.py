"""What the logs of a workload say: all its pods, as a few ranked patterns with exact counts, what is new first.

New is against what is usual (`log_baseline`): the time before the onset (`log_onset`), or pods beside those that fail.
Where there is nothing to compare with, the answer says so, and the errors simply come first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.rollout_history import read_workload
from incident_mcp.cluster.workload_logs import BYTES, LINES, ContainerLog, WorkloadLogs, workload_logs
from incident_mcp.logs.patterns import Reading
from incident_mcp.logs.sources import Source
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import count
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest, NotFound
from incident_mcp.vocabulary.observation import PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.access_hosts import access_hosts
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.host_lines import HostLine
from incident_mcp.workflow.log_baseline import Comparison, against
from incident_mcp.workflow.log_lines import PatternLine, headline, pattern_line, read_words, samples_of
from incident_mcp.workflow.log_onset import Began, began
from incident_mcp.workflow.looks import recorded

BUDGET = 1100
"""Tokens for the patterns of one answer."""
VALUED = 20
"""Patterns of which it is told what stands in their places: about as many as fit an answer."""


class LogsReply(Reply):
    """Patterns, what is new first, then worst first; what was read; what was not."""

    patterns: tuple[PatternLine, ...] = ()
    more: str = ""
    hosts: tuple[HostLine, ...] = ()
    """Of an access log: each host's requests, 5xx and latency (ms), since the onset (or in the last five minutes) and
    in the hour before; those whose share of 5xx rose most first."""
    samples: str = ""
    """Further lines of one pattern, where they were asked for."""
    compared: str = ""
    read: str = ""


async def analyze_logs(
    desk: Desk,
    by: Actor,
    *,
    kind: str,
    namespace: str,
    name: str,
    since_minutes: int,
    container: str | None,
    incident: str | None,
    onset: str | None = None,
    pattern: int | None = None,
) -> LogsReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for a wrong kind, container or onset."""
    found = await desk.incident_id(incident)
    target = workload_ref(kind, namespace, name)
    since = timedelta(minutes=since_minutes)
    workload, pods = await read_workload(desk.api, target)
    _check_container(target, pods, container)
    start = await began(desk, found, workload, pods, onset)
    logs = await workload_logs(desk.api, pods, since=since, container=container, seconds=desk.tool_seconds)
    compared = await against(desk, workload, pods, logs, start, container=container)
    reading = _reading(compared, desk.clock(), pattern)
    reply = _reply(desk.cluster, str(target), logs, reading, since_minutes, against=compared.words)
    reply = reply.model_copy(update={"compared": _compared(compared, reading, start)})
    hosts, missed = await access_hosts(desk, logs.logs, start.at if start else None)
    reply = reply.model_copy(
        update={"hosts": hosts, "not_checked": (*reply.not_checked, *(str(one) for one in missed))}
    )
    if pattern is not None:
        reply = _one_pattern(reply, reading, pattern)
    arguments = {"kind": kind, "namespace": namespace, "name": name, "since_minutes": since_minutes}
    return await recorded(desk, found, "analyze_logs", {**arguments}, reply, by)


def _check_container(target: Ref, pods: tuple[PodSeen, ...], container: str | None) -> None:
    """A wrong name would read nothing, and look like silence."""
    names = sorted({one.name for pod in pods for one in pod.containers})
    if container is not None and names and container not in names:
        raise BadRequest(f"No pod of {target} has a container {plain(container)}.", f"There are: {', '.join(names)}.")


def _reading(compared: Comparison, now: datetime, sampled: int | None) -> Reading:
    from incident_mcp.logs.analysis import read_logs  # needs numpy, which only logs do

    return read_logs(
        _sources(compared.judged),
        today=now,
        onset=compared.onset,
        usual=_sources(compared.usual),
        valued=VALUED,
        sampled=sampled,
    )


def _sources(logs: Sequence[ContainerLog]) -> list[tuple[Source, bytes]]:
    ordered = sorted(logs, key=lambda log: (log.pod.path, log.container, not log.previous))
    return [(Source(log.pod, log.container, log.previous), log.body) for log in ordered]


def _reply(cluster: str, target: str, logs: WorkloadLogs, reading: Reading, minutes: int, *, against: str) -> LogsReply:
    patterns = [pattern_line(pattern, reading) for pattern in reading.patterns if not pattern.blank]
    part = fitting(patterns, BUDGET)
    pods = {log.pod for log in logs.logs}
    return LogsReply(
        cluster=cluster,
        summary=(f"{cluster}: {target}: {headline(reading, any_read=bool(pods), against=against)}",),
        patterns=part.items,
        more=f"{part.note}; container, since_minutes or pattern (an id: its lines) narrow it." if part.note else "",
        read=f"{read_words(reading)} of {count(len(pods), 'pod')}, last {minutes} min, at most {LINES} lines and "
        f"{BYTES // 1024 // 1024} MiB a container; previous instances too",
        not_checked=tuple(str(one) for one in logs.not_checked[:10]),
    )


def _compared(compared: Comparison, reading: Reading, start: Began | None) -> str:
    if compared.words:
        return f"with {count(reading.compared, 'event')} of {compared.words}"
    if start is not None and reading.compared:
        return f"with {count(reading.compared, 'event')} before {start.words(reading.last)}"
    at = f"nothing was logged before {start.words(reading.last)}; " if start else ""
    return f"with nothing, so nothing can be called new: {at}{compared.why}"


def _one_pattern(reply: LogsReply, reading: Reading, number: int) -> LogsReply:
    samples = samples_of(reading, number)
    if not samples:
        raise NotFound(
            f"{reply.cluster}: these logs have no pattern {number} now.", "Call analyze_logs again without pattern."
        )
    mine = tuple(line for line in reply.patterns if line.id == number)
    return reply.model_copy(update={"patterns": mine, "more": "", "samples": samples})
