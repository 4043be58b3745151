"""What the logs of a workload say: all its pods, as a few ranked patterns with exact counts."""

from datetime import timedelta

from incident_mcp.cluster.kinds import workload_ref
from incident_mcp.cluster.rollout_history import read_workload
from incident_mcp.cluster.workload_logs import BYTES, LINES, WorkloadLogs, workload_logs
from incident_mcp.logs.events import Source
from incident_mcp.logs.patterns import LogPattern, patterns_of
from incident_mcp.logs.reading import read_log
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.observation import PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.looks import recorded

BUDGET = 1400
"""Tokens for the patterns of one answer."""
TEMPLATE_LIMIT = 200


class PatternLine(Value):
    """One pattern. `example` is its latest line, where it says more than the pattern."""

    level: str
    count: int
    pods: int
    pattern: str
    example: str = ""
    first: str | None = None
    last: str | None = None
    means: str = ""


class LogsReply(Reply):
    """Patterns, worst first; what was read; what was not."""

    patterns: tuple[PatternLine, ...] = ()
    more: str = ""
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
) -> LogsReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for an unknown kind or container."""
    found = await desk.incident_id(incident)
    target = workload_ref(kind, namespace, name)
    _, pods = await read_workload(desk.api, target)
    _check_container(target, pods, container)
    since = timedelta(minutes=since_minutes)
    logs = await workload_logs(desk.api, pods, since=since, container=container, seconds=desk.tool_seconds)
    events = [e for log in logs.logs for e in read_log(log.body, Source(log.pod, log.container, log.previous))]
    reply = _reply(desk.cluster, str(target), logs, patterns_of(events), since_minutes)
    arguments = {"kind": kind, "namespace": namespace, "name": name, "since_minutes": since_minutes}
    return await recorded(desk, found, "analyze_logs", {**arguments}, reply, by)


def _check_container(target: Ref, pods: tuple[PodSeen, ...], container: str | None) -> None:
    """A wrong name would read nothing, and look like silence."""
    names = sorted({one.name for pod in pods for one in pod.containers})
    if container is not None and names and container not in names:
        raise BadRequest(f"No pod of {target} has a container {plain(container)}.", f"There are: {', '.join(names)}.")


def _reply(cluster: str, target: str, logs: WorkloadLogs, patterns: list[LogPattern], minutes: int) -> LogsReply:
    part = fitting([_line(pattern) for pattern in patterns], BUDGET)
    pods = {log.pod for log in logs.logs}
    lines = sum(log.body.count(b"\n") for log in logs.logs)
    read = f"{count(lines, 'line')} of {count(len(pods), 'pod')}, last {minutes} min, at most {LINES} lines and "
    return LogsReply(
        cluster=cluster,
        summary=(f"{cluster}: {target}: {_headline(patterns, part.items, bool(pods))}",),
        patterns=part.items,
        more=f"{part.note}; container or since_minutes narrow it." if part.note else "",
        read=f"{read}{BYTES // 1024 // 1024} MiB a container; previous instances too",
        not_checked=tuple(str(one) for one in logs.not_checked[:10]),
    )


def _headline(patterns: list[LogPattern], lines: tuple[PatternLine, ...], any_read: bool) -> str:
    if not any_read:
        return "no log could be read; that says nothing about its health."
    if not patterns:
        return "its pods logged nothing in this window."
    errors = [pattern for pattern in patterns if pattern.level == "error"]
    if not errors:
        return f"no error among {count(len(patterns), 'pattern')}."
    telling = lines[0].example or lines[0].pattern
    return f"{count(len(errors), 'error pattern')}; most telling: {telling}, {errors[0].count} times."


def _line(pattern: LogPattern) -> PatternLine:
    template, example = quote(pattern.template, TEMPLATE_LIMIT), quote(pattern.example, TEMPLATE_LIMIT)
    meaning = pattern.meaning
    means = f"{meaning.cause}: {listed([f'{k} {v}' for k, v in meaning.parts.items()])}" if meaning else ""
    return PatternLine(
        level=pattern.level,
        count=pattern.count,
        pods=len(pattern.pods),
        pattern=template,
        example=example if example != template else "",
        first=clock(pattern.first) if pattern.first else None,
        last=clock(pattern.last) if pattern.last else None,
        means=means.rstrip(": "),
    )
