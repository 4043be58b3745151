"""VictoriaLogs' HTTP API (docs.victoriametrics.com/victorialogs/querying): a query's newest lines as a stream of JSON.

Once lines have come, the status stays 200 whatever happens: an answer that ends in something else than JSON, or breaks
off, is incomplete, and its lines are kept.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import msgspec

from incident_mcp.logs.collected import Line, Owner, nanoseconds, stamp
from incident_mcp.logs.engine import asked
from incident_mcp.logs.engine_words import LEVELS, in_pieces, texts, words
from incident_mcp.logs.paging import Ask, Page
from incident_mcp.logs.place import VictoriaLogsPlace
from incident_mcp.services.pods import pod_pattern
from incident_mcp.services.quoting import quoted
from incident_mcp.services.source import LineSource
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.log_source import LogsWanted
from incident_mcp.vocabulary.untrusted import Untrusted

_PATH = "/select/logsql/query"
_LEVEL_FIELDS = ("level", "severity", "log.level")
_ERROR_FIELDS = ("error", "err")
_decoder = msgspec.json.Decoder(dict[str, str])


class VictoriaLogs:
    """The dialect of one VictoriaLogs."""

    name = "VictoriaLogs"

    def __init__(self, source: LineSource, place: VictoriaLogsPlace) -> None:
        self._source = source
        self._fields = (place.namespace_field, place.pod_field, place.container_field)
        self._timeout = f"{place.timeout:g}s"

    def queries(self, wanted: LogsWanted) -> Iterable[Ask]:
        """One query a piece of the pods' names."""
        names = ("_time", "_msg", *self._fields, *_LEVEL_FIELDS, *_ERROR_FIELDS)
        fields = ", ".join(quoted(name) for name in names)
        for pods in self._pods(wanted):
            conditions = [*pods, *self._whose(wanted), *_lines(wanted)] or ["*"]
            yield partial(self._page, f"{' '.join(conditions)} | fields {fields}")

    def _whose(self, wanted: LogsWanted) -> Iterable[str]:
        namespace, _, container = self._fields
        if wanted.namespace:
            yield f"{quoted(namespace)}:={quoted(wanted.namespace)}"
        if wanted.container:
            yield f"{quoted(container)}:={quoted(wanted.container)}"

    def _pods(self, wanted: LogsWanted) -> Iterable[list[str]]:
        pod = quoted(self._fields[1])
        if wanted.workload is not None:
            yield [f"{pod}:~{quoted(f'^({pod_pattern(wanted.workload)})$')}"]
        elif wanted.pods:
            for piece in in_pieces([each.ref.name for each in wanted.pods]):
                yield [f"{pod}:in({','.join(quoted(name) for name in piece)})"]
        else:
            yield []

    async def _page(self, query: str, start: int, end: int, limit: int) -> Page:
        params = {"query": query, "start": stamp(start), "end": stamp(end), "limit": str(limit)}
        body = await asked(self._source, _PATH, {**params, "timeout": self._timeout})
        lines, rows = list[Line](), body.content.split(b"\n")
        for row in rows:
            if not row.strip():
                continue
            try:
                lines.append(self._line(_decoder.decode(row)))
            except (msgspec.MsgspecError, ValueError, KeyError):
                said = quote(Untrusted(row[:500].decode("utf-8", "replace")), 120)
                return Page(lines, body.broken or f"its answer ends in {said}")
        return Page(lines, body.broken)

    def _line(self, fields: dict[str, str]) -> Line:
        namespace, pod, container = (fields.get(name, "") for name in self._fields)
        owner: Owner = (namespace, pod, container)
        return Line(_nanoseconds(fields["_time"]), owner, _text(fields))


def _lines(wanted: LogsWanted) -> Iterable[str]:
    """Conditions on the line itself. The words of JSON lines stand in fields of their own there."""
    if pattern := texts(wanted.match):
        yield _any("_msg", *_ERROR_FIELDS, pattern=pattern)
    if pattern := words(wanted.level):
        level = " or ".join(f"{quoted(name)}:~{quoted(LEVELS[wanted.level])}" for name in _LEVEL_FIELDS)
        yield f"({_any('_msg', pattern=pattern)} or {level} or {' or '.join(f'{name}:*' for name in _ERROR_FIELDS)})"


def _any(*names: str, pattern: str) -> str:
    return "(" + " or ".join(f"{quoted(name)}:~{quoted(pattern)}" for name in names) + ")"


def _text(fields: dict[str, str]) -> str:
    """The line as its program may have written it: with its level and error, if those came apart from its message."""
    message = fields.get("_msg", "")
    level = next((fields[name] for name in _LEVEL_FIELDS if fields.get(name)), "")
    error = next((fields[name] for name in _ERROR_FIELDS if fields.get(name)), "")
    if not level and not error:
        return message
    kept = {"level": level, "msg": message, "error": error}
    return msgspec.json.encode({name: value for name, value in kept.items() if value}).decode()


def _nanoseconds(time: str) -> int:
    """Of RFC 3339, whose fraction may be finer than Python's. Raises ValueError."""
    whole, dot, fraction = time.removesuffix("Z").partition(".")
    at = nanoseconds(datetime.fromisoformat(f"{whole}+00:00"))
    return at + (int(fraction[:9].ljust(9, "0")) if dot else 0)
