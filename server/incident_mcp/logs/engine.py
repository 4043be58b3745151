"""What Loki and VictoriaLogs have in common as a source: a request that is repeated when it is told to wait, pages
until enough is read or the time is over, and every failure as a line for the person.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Protocol

import anyio

from incident_mcp.logs.collected import as_logs, nanoseconds
from incident_mcp.logs.paging import BYTES, LINES, Ask, Paging
from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.services.source import Body, LineSource
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.log_source import LogsRead, LogsWanted
from incident_mcp.vocabulary.observation import NotChecked

MOST = 16 * 1024 * 1024
"""Bytes of one answer."""
LONGEST_WAIT = 5.0
"""Seconds: an engine that wants to be left alone for longer is not waited for."""
_BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
CAPS = f"its newest {LINES:,} lines and {BYTES >> 20} MiB at most"


class Dialect(Protocol):
    """How one kind of engine is asked."""

    name: str

    def queries(self, wanted: LogsWanted) -> Iterable[Ask]:
        """One or more, since not all names of pods may fit one."""
        ...


class Engine:
    """A `LogSource` over a dialect. A level or a text is looked for by the engine, so all lines count as looked at."""

    def __init__(self, dialect: Dialect, source: LineSource, clock: Clock) -> None:
        self.name = dialect.name
        self._dialect = dialect
        self._source = source
        self._clock = clock

    async def read(self, wanted: LogsWanted, seconds: float) -> LogsRead:
        found = LogsRead(self.name, caps=CAPS)
        start, end = nanoseconds(wanted.since), nanoseconds(wanted.until or self._clock()) + 1
        walks = [Paging(ask, start, end, wanted.enough) for ask in self._dialect.queries(wanted)]
        with anyio.move_on_after(seconds) as limit:
            for walk in walks:
                try:
                    await walk.run()
                except IncidentError as error:
                    found.not_checked.append(NotChecked(what=self.name, why=why(error)))
                    break
        if limit.cancelled_caught:
            found.not_checked.append(NotChecked(what=f"the rest of {self.name}", why="timed out"))
        found.cut = [f"{self.name}: {walk.cut}" for walk in walks if walk.cut][:1]
        found.logs = as_logs([line for walk in walks for line in walk.lines])
        return found

    async def aclose(self) -> None:
        await self._source.aclose()


async def asked(source: LineSource, path: str, params: Mapping[str, str]) -> Body:
    """A whole or broken answer with status 200. Raises `Refused`, and what the source raises."""
    body = await source.read(path, params, most=MOST)
    if body.status in _BUSY and (wait := _wait(body)) is not None:
        await anyio.sleep(wait)
        body = await source.read(path, params, most=MOST)
    if body.status != HTTPStatus.OK:
        raise Refused(source.name, body.status, "", body.content[:500].decode("utf-8", "replace"))
    return body


def why(error: IncidentError) -> str:
    """In a few words."""
    if isinstance(error, Refused | Malformed):
        return error.said
    return plain(error.happened, 160).rstrip(".")


def _wait(body: Body) -> float | None:
    """Seconds to wait before asking again; None: it is no use (Retry-After, RFC 9110, 10.2.3, its seconds only)."""
    told = body.headers.get("retry-after", "1")
    seconds = float(told) if told.isdigit() else LONGEST_WAIT + 1
    return seconds if seconds <= LONGEST_WAIT else None
