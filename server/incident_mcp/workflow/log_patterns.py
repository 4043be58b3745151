"""What the logs of a workload say: all its pods, as a few ranked patterns with exact counts, what is new first.

New is against the time before the onset: the one that is given, or the earliest that people reported of the incident.
Without one, a container that crashed is compared with nothing, and the errors simply come first.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from incident_mcp.logs.hosts import AccessLog, HostLine
from incident_mcp.logs.patterns import Reading
from incident_mcp.logs.sources import Source
from incident_mcp.text.budget import fitting
from incident_mcp.text.moments import moment_said
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.log_source import AtLeast, ContainerLog, LogsRead
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_lines import PatternLine, headline, pattern_line, read_words, samples_of
from incident_mcp.workflow.log_reading import coverage_words, read_wanted
from incident_mcp.workflow.log_scope import LogsAsked, scope_of, wanted_of, window_words
from incident_mcp.workflow.looks import recorded

BUDGET = 1100
"""Tokens for the patterns of one answer."""
HOSTS = 4
LEVELS: tuple[AtLeast, ...] = ("error", "warning", "info")
RECENT = timedelta(minutes=5)
"""*Now*, in an access log, where no onset is known."""


class LogsReply(Reply):
    """Patterns, what is new first, then worst first; what was read; what was not."""

    patterns: tuple[PatternLine, ...] = ()
    more: str = ""
    hosts: tuple[HostLine, ...] = ()
    """Of an access log: each host's requests, 5xx and latency (ms), since the onset (or in the last five minutes) and
    before; those whose share of 5xx rose most first."""
    samples: str = ""
    """Further lines of one pattern, where they were asked for."""
    compared: str = ""
    read: str = ""


async def analyze_logs(
    desk: Desk,
    by: Actor,
    asked: LogsAsked,
    *,
    incident: str | None,
    onset: str | None = None,
    pattern: int | None = None,
) -> LogsReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for a wrong kind, container, time or onset."""
    found = await desk.incident_id(incident)
    now = desk.clock()
    began = moment_said(onset, now) if onset else await _reported_onset(desk, found)
    scope = await scope_of(desk, asked)
    wanted = wanted_of(scope, asked, now)
    logs = await read_wanted(desk, scope, wanted)
    whole = _reading(logs.logs, now, began)
    reading = at_level(whole, asked.level)
    reply = _reply(desk.cluster, scope.said, logs, reading, window_words(wanted, asked, now))
    reply = reply.model_copy(update={"hosts": _hosts(logs.logs, whole)})
    if pattern is not None:
        reply = _one_pattern(reply, reading, pattern)
    arguments = {name: value for name, value in asdict(asked).items() if value}
    return await recorded(desk, found, "analyze_logs", arguments, reply, by)


def at_level(reading: Reading, level: AtLeast) -> Reading:
    """Without the patterns below this level; what was read stays what was read."""
    kept = LEVELS[: LEVELS.index(level) + 1]
    return reading.model_copy(update={"patterns": tuple(each for each in reading.patterns if each.level in kept)})


async def _reported_onset(desk: Desk, incident: str | None) -> datetime | None:
    if incident is None:
        return None
    entries = await desk.record.entries(incident)
    told = [each.happened for each in entries if each.kind == EntryKind.REPORT and each.data.get("about") == "onset"]
    return min((at for at in told if at), default=None)


def _reading(logs: Sequence[ContainerLog], now: datetime, onset: datetime | None) -> Reading:
    from incident_mcp.logs.analysis import read_logs  # needs numpy, which only logs do

    ordered = sorted(logs, key=lambda log: (log.pod.path, log.container, not log.previous))
    return read_logs(
        [(Source(log.pod, log.container, log.previous), log.body) for log in ordered], today=now, onset=onset
    )


def _hosts(logs: Sequence[ContainerLog], reading: Reading) -> tuple[HostLine, ...]:
    requests = [pattern for pattern in reading.patterns if pattern.code is not None and pattern.last]
    if reading.last is None or not any(pattern.template.contains("GET ") for pattern in requests):
        return ()
    access = AccessLog(reading.onset or reading.last - RECENT)
    for log in logs:
        access.add(log.body)
    return tuple(access.hosts()[:HOSTS])


def _reply(cluster: str, target: str, logs: LogsRead, reading: Reading, window: str) -> LogsReply:
    patterns = [pattern_line(pattern, reading) for pattern in reading.patterns if not pattern.blank]
    part = fitting(patterns, BUDGET)
    pods = {log.pod for log in logs.logs}
    return LogsReply(
        cluster=cluster,
        summary=(f"{cluster}: {target}: {headline(reading, any_read=bool(pods), narrowed=bool(logs.looked_through))}",),
        patterns=part.items,
        more=f"{part.note}; level, match, container or pattern (an id: its lines) narrow it." if part.note else "",
        compared=_compared(reading),
        read=f"{read_words(reading)} of {count(len(pods), 'pod')}, {window}, {coverage_words(logs)}",
        not_checked=tuple(str(one) for one in logs.not_checked[:10]),
    )


def _compared(reading: Reading) -> str:
    if reading.onset is None:
        return ""
    at = clock(reading.onset, reading.last)
    if not reading.compared:
        return f"nothing was logged before {at} in this window, so nothing can be called new"
    return f"with {reading.compared:,} events before {at}"


def _one_pattern(reply: LogsReply, reading: Reading, number: int) -> LogsReply:
    samples = samples_of(reading, number)
    if not samples:
        raise NotFound(
            f"{reply.cluster}: these logs have no pattern {number} now.", "Call analyze_logs again without pattern."
        )
    mine = tuple(line for line in reply.patterns if line.id == number)
    return reply.model_copy(update={"patterns": mine, "more": "", "samples": samples})
