"""What logs say, of all pods that are meant: a few ranked patterns with exact counts, what is new first.

New is against what is usual (`log_baseline`): the time before the onset (`log_onset`), or pods beside those that fail.
Where there is nothing to compare with, the answer says so, and the errors simply come first.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from incident_mcp.logs.patterns import Reading, at_level
from incident_mcp.logs.sources import Source
from incident_mcp.text.budget import fitting
from incident_mcp.text.words import count, duration
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.log_source import ContainerLog, LogsRead, LogsWanted
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.access_hosts import access_hosts
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.host_lines import HostLine
from incident_mcp.workflow.log_baseline import Comparison, against
from incident_mcp.workflow.log_lines import TOO_WIDE, PatternLine, headline, pattern_line, read_words, samples_of
from incident_mcp.workflow.log_onset import Began, began
from incident_mcp.workflow.log_reading import coverage_words, read_wanted
from incident_mcp.workflow.log_scope import LogsAsked, scope_of, wanted_of, window_words
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
    asked: LogsAsked,
    *,
    incident: str | None,
    onset: str | None = None,
    pattern: int | None = None,
) -> LogsReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` for a wrong kind, container, time or onset."""
    found = await desk.incident_id(incident)
    now = desk.clock()
    scope = await scope_of(desk, asked)
    wanted = wanted_of(scope, asked, now)
    start = await began(desk, found, scope.workload, scope.pods, onset)
    logs = await read_wanted(desk, scope, wanted)
    compared = await against(desk, scope, wanted, logs, start)
    whole = reading_of(compared, now, valued=VALUED, sampled=pattern)
    reading = at_level(whole, asked.level)
    hosts, missed = await access_hosts(desk, wanted, logs.logs, start.at if start else None)
    logs.not_checked += missed
    reply = _reply(desk.cluster, scope.said, logs, reading, window_words(wanted, asked, now), compared)
    reply = reply.model_copy(update={"hosts": hosts, "compared": _compared(compared, whole, start, wanted)})
    if pattern is not None:
        reply = _one_pattern(reply, reading, pattern)
    arguments = {name: value for name, value in asdict(asked).items() if value}
    return await recorded(desk, found, "analyze_logs", arguments, reply, by)


def reading_of(compared: Comparison, now: datetime, *, valued: int = 0, sampled: int | None = None) -> Reading:
    """What is judged, against what is usual; of the first `valued` patterns, what their places hold."""
    from incident_mcp.logs.analysis import read_logs  # needs numpy, which only logs do

    return read_logs(
        _sources(compared.judged),
        today=now,
        onset=compared.onset,
        looked=compared.looked,
        usual=_sources(compared.usual),
        valued=valued,
        sampled=sampled,
    )


def _sources(logs: Sequence[ContainerLog]) -> list[tuple[Source, bytes]]:
    ordered = sorted(logs, key=lambda log: (log.pod.path, log.container, not log.previous))
    return [(Source(log.pod, log.container, log.previous), log.body) for log in ordered]


def _reply(cluster: str, target: str, logs: LogsRead, reading: Reading, window: str, compared: Comparison) -> LogsReply:
    patterns = [pattern_line(pattern, reading) for pattern in reading.patterns if not pattern.blank]
    part = fitting(patterns, BUDGET)
    pods = {log.pod for log in compared.judged}
    narrowed = bool(logs.looked_through)
    told = headline(reading, any_read=bool(logs.logs), narrowed=narrowed, against=compared.words)
    wide = f"; {TOO_WIDE}" if reading.coarse else ""
    return LogsReply(
        cluster=cluster,
        summary=(f"{cluster}: {target}: {told}",),
        patterns=part.items,
        more=f"{part.note}; level, match, container or pattern (an id: its lines) narrow it." if part.note else "",
        read=f"{read_words(reading)} of {count(len(pods), 'pod')}, {window}, {coverage_words(logs)}{wide}",
        not_checked=tuple(str(one) for one in logs.not_checked[:10]),
    )


def _compared(compared: Comparison, reading: Reading, start: Began | None, wanted: LogsWanted) -> str:
    if compared.words:
        return f"with {count(reading.compared, 'event')} of {compared.words}"
    if start is not None and reading.compared:
        return f"with {count(reading.compared, 'event')} before {start.words(reading.last)}"
    if start is not None and compared.looked:
        return f"with {duration(compared.looked)} before {start.words(reading.last)}, where no such line was logged"
    if start is not None and wanted.filtered:
        words = f"no line that was asked for was read from before {start.words(reading.last)}"
        return f"with nothing, so nothing can be called new: {words}. Without match and level all lines are compared."
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
