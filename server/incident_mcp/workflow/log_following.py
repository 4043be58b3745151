"""Logs as they come, for a bounded time: what is new or an error is told while it goes on, and once more at the end.

New is against the last lines from before. The line between before and since is drawn by the kubelets' own times, not by
this machine's clock. It ends by time, at a number of lines or bytes, or when the client cancels; then too the record
keeps what was seen.
"""

from collections.abc import Iterator
from time import monotonic

import anyio

from incident_mcp.cluster.following import Following, newest_time
from incident_mcp.cluster.one_log import matching
from incident_mcp.logs.patterns import LogPattern, Reading, at_level
from incident_mcp.logs.sources import Source
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.log_source import AtLeast
from incident_mcp.vocabulary.observation import ContainerSeen, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.log_lines import PatternLine, pattern_line
from incident_mcp.workflow.log_scope import LogsAsked, LogScope, scope_of, wanted_of
from incident_mcp.workflow.looks import recorded
from incident_mcp.workflow.progress import Progress, silent

CONTAINERS = 20
LINES = 5000
BYTES = 4 * 1024 * 1024
BEAT_SECONDS = 2.0
"""How often it is looked what came."""
SETTLED_SECONDS = 1.0
"""Until then what comes is what was there before."""
BUDGET = 700
"""Tokens for the patterns of the answer."""
RECORD_SECONDS = 2.0


class FollowReply(Reply):
    """What came, new errors first; how it ended, and what was followed."""

    patterns: tuple[PatternLine, ...] = ()
    more: str = ""
    ended: str = ""
    read: str = ""


async def follow_logs(
    desk: Desk,
    by: Actor,
    asked: LogsAsked,
    *,
    seconds: float,
    incident: str | None,
    progress: Progress = silent,
) -> FollowReply:
    """Raises `NotFound` with near misses, `Forbidden`, `BadRequest` where there is nothing to follow."""
    found = await desk.incident_id(incident)
    scope = await scope_of(desk, asked)
    watch = _Watch(desk, scope, asked, seconds, progress)
    arguments = {"of": scope.said, "seconds": seconds}
    try:
        ended = await watch.run()
    except anyio.get_cancelled_exc_class():
        with anyio.move_on_after(RECORD_SECONDS, shield=True):
            reply = watch.reply(f"cancelled after {watch.spent:.0f} s")
            await recorded(desk, found, "follow_logs", {**arguments}, reply, by)
        raise
    return await recorded(desk, found, "follow_logs", {**arguments}, watch.reply(ended), by)


class _Watch:
    """One following: the lines of each log so far, and what was told of them."""

    def __init__(self, desk: Desk, scope: LogScope, asked: LogsAsked, seconds: float, progress: Progress) -> None:
        self._desk = desk
        self._scope = scope
        self._level: AtLeast = asked.level
        self._match = wanted_of(scope, asked, desk.clock()).match
        self._seconds = seconds
        self._progress = progress
        self._began = monotonic()
        self._bodies: dict[tuple[Ref, str], bytearray] = {}
        self._chosen = list(_containers(scope.pods, asked.container))
        self._lines = self._before = 0
        self._size = 0
        self._onset = desk.clock()
        self._full = anyio.Event()
        self._told: set[tuple[str, int | None]] = set()
        self.following = Following(desk.api, self._take)

    @property
    def spent(self) -> float:
        return monotonic() - self._began

    async def run(self) -> str:
        """How it ended. Raises `BadRequest` where there is nothing to follow, `CredentialsError`."""
        if not self._chosen:
            raise BadRequest(f"{self._desk.cluster}: {self._scope.said} has no container to follow.", "Check the name.")
        ended = f"after {self._seconds:g} s"
        with anyio.move_on_after(self._seconds):
            async with anyio.create_task_group() as group:
                group.start_soon(self._tell)

                async def until_full() -> None:
                    await self._full.wait()
                    group.cancel_scope.cancel()

                group.start_soon(until_full)
                await self.following.run(self._chosen[:CONTAINERS])
                ended = "no log is left to follow"
                group.cancel_scope.cancel()
        if self._full.is_set():
            ended = f"at {self._lines - self._before:,} lines after {self.spent:.0f} s"
        return ended

    def reply(self, ended: str) -> FollowReply:
        reading = self._reading()
        fresh = [pattern for pattern in _since(reading) if not pattern.blank]
        part = fitting([_line(pattern, reading) for pattern in fresh], BUDGET)
        cluster, came = self._desk.cluster, self._lines - self._before
        left_out = len(self._chosen) - CONTAINERS
        return FollowReply(
            cluster=cluster,
            summary=(f"{cluster}: {self._scope.said}: {_headline(fresh, came)} Ended {ended}.",),
            patterns=part.items,
            more=part.note,
            ended=ended,
            read=f"{came:,} lines of {count(min(len(self._chosen), CONTAINERS), 'log')}, "
            f"new against {self._before:,} lines before; at most {LINES:,} lines and {BYTES >> 20} MiB{self._quiet()}",
            not_checked=(
                *(str(one) for one in self.following.not_checked[:5]),
                *([f"{left_out} more logs (at most {CONTAINERS} are followed)"] if left_out > 0 else []),
            ),
        )

    def _quiet(self) -> str:
        """Silence and a node that hangs can't be told apart here: no answer begins before its first line."""
        followed = [f"{pod.ref.name}/{one.name}" for pod, one in self._chosen[:CONTAINERS]]
        heard = {f"{pod.name}/{container}" for pod, container in self._bodies}
        quiet = [name for name in followed if name not in heard]
        return f"; nothing came from {listed(quiet, 5)}" if quiet else ""

    def _take(self, pod: Ref, container: str, lines: bytes) -> None:
        if self._full.is_set():
            return
        kept = matching(lines, self._match)
        self._bodies.setdefault((pod, container), bytearray()).extend(kept)
        self._lines += lines.count(b"\n")
        self._size += len(lines)
        if self.spent < SETTLED_SECONDS:
            self._before = self._lines
        elif self._lines - self._before >= LINES or self._size >= BYTES:
            self._full.set()

    async def _tell(self) -> None:
        await anyio.sleep(min(SETTLED_SECONDS, self._seconds / 2))
        self._settle()
        while True:
            await anyio.sleep(BEAT_SECONDS)
            reading = await anyio.to_thread.run_sync(self._reading)
            news = [pattern for pattern in _since(reading) if self._is_news(pattern)]
            for pattern in news:
                self._told.add(_key(pattern))
            said = "; ".join(f"{pattern.tier or pattern.level}: {quote(pattern.example, 120)}" for pattern in news[:3])
            came = count(self._lines - self._before, "line")
            await self._progress(min(self.spent, self._seconds), self._seconds, f"{came}; {said or 'nothing new'}")

    def _settle(self) -> None:
        """The line between before and since: behind the newest line of what was there."""
        times = [at for body in self._bodies.values() if (at := newest_time(bytes(body)))]
        self._onset = max(times, default=self._onset)
        self._before = self._lines

    def _is_news(self, pattern: LogPattern) -> bool:
        return (
            (bool(pattern.tier) or pattern.level == "error") and not pattern.blank and _key(pattern) not in self._told
        )

    def _reading(self) -> Reading:
        from incident_mcp.logs.analysis import read_logs  # needs numpy, which only logs do

        logs = [(Source(pod, container), bytes(body)) for (pod, container), body in list(self._bodies.items())]
        return at_level(read_logs(logs, today=self._desk.clock(), onset=self._onset), self._level)


def _containers(pods: tuple[PodSeen, ...], container: str | None) -> Iterator[tuple[PodSeen, ContainerSeen]]:
    """Pods that are not ready first."""
    for pod in sorted(pods, key=lambda pod: pod.ready):
        yield from ((pod, one) for one in pod.containers if container in (None, one.name) and not one.init)


def _since(reading: Reading) -> list[LogPattern]:
    return [pattern for pattern in reading.patterns if pattern.after]


def _key(pattern: LogPattern) -> tuple[str, int | None]:
    return quote(pattern.template), pattern.code


def _line(pattern: LogPattern, reading: Reading) -> PatternLine:
    """Its count is what came since."""
    line = pattern_line(pattern, reading)
    first = clock(pattern.since, reading.last) if pattern.since else line.first
    return line.model_copy(update={"count": pattern.after, "first": first, "burst": ""})


def _headline(fresh: list[LogPattern], came: int) -> str:
    errors = [pattern for pattern in fresh if pattern.level == "error"]
    new = [pattern for pattern in fresh if pattern.tier]
    if not came:
        return "nothing was logged."
    if errors:
        return f"{count(len(errors), 'error pattern')}; first: {quote(errors[0].example, 160)}."
    return f"no error; {count(len(new), 'new pattern')}." if new else "no error, nothing new."
