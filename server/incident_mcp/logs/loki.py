"""Loki's HTTP API (grafana.com/docs/loki/latest/reference/loki-http-api): `query_range` over streams.

Its errors are plain text. Those that name a limit (grafana.com/docs/loki/latest/operations/troubleshooting) are heeded:
fewer lines, or a shorter stretch, are asked for instead.
"""

import re
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec

from incident_mcp.logs.collected import Line
from incident_mcp.logs.engine import asked
from incident_mcp.logs.engine_words import in_pieces, texts, words
from incident_mcp.logs.paging import Ask, Page, TooLong, TooMany
from incident_mcp.logs.place import LokiPlace
from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.services.pods import pod_pattern
from incident_mcp.services.quoting import any_of, quoted
from incident_mcp.services.source import LineSource
from incident_mcp.vocabulary.log_source import LogsWanted

_PATH = "/loki/api/v1/query_range"
_TOO_MANY = re.compile(r"max entries limit per query exceeded.*?\((\d+) > (\d+)\)", re.DOTALL)
_TOO_LONG = re.compile(r"time range exceeds the limit|too many bytes|max number of chunks")


class _Stream(msgspec.Struct):
    stream: dict[str, str] = {}
    values: list[list[Any]] = []


class _Data(msgspec.Struct):
    resultType: str
    result: list[_Stream] = []


class _Answer(msgspec.Struct):
    status: str
    data: _Data


_answer = msgspec.json.Decoder(_Answer)


class Loki:
    """The dialect of one Loki."""

    name = "Loki"

    def __init__(self, source: LineSource, place: LokiPlace) -> None:
        self._source = source
        self._labels = (place.namespace_label, place.pod_label, place.container_label)

    def queries(self, wanted: LogsWanted) -> Iterable[Ask]:
        """One query a piece of the pods' names."""
        for selector in self._selectors(wanted):
            yield partial(self._page, selector + logql_filters(wanted))

    def _selectors(self, wanted: LogsWanted) -> Iterable[str]:
        namespace, pod, container = self._labels
        fixed = [f"{namespace}={quoted(wanted.namespace)}" if wanted.namespace else f'{namespace}=~".+"']
        if wanted.container:
            fixed.append(f"{container}={quoted(wanted.container)}")
        for pattern in _patterns(wanted):
            yield "{" + ", ".join([*fixed, *([f"{pod}=~{quoted(pattern)}"] if pattern else [])]) + "}"

    async def _page(self, query: str, start: int, end: int, limit: int) -> Page:
        params = {"query": query, "start": str(start), "end": str(end), "limit": str(limit), "direction": "backward"}
        try:
            body = await asked(self._source, _PATH, params)
        except Refused as refusal:
            raise _heeded(refusal) from refusal
        if body.broken:
            raise Malformed(self._source.name, f"it broke off: {body.broken}")
        try:
            answer = _answer.decode(body.content)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(self._source.name, "it is no JSON of streams") from error
        if answer.data.resultType != "streams":
            raise Malformed(self._source.name, "it holds no streams")
        return Page([line for stream in answer.data.result for line in self._lines(stream)])

    def _lines(self, stream: _Stream) -> Iterable[Line]:
        namespace, pod, container = (stream.stream.get(label, "") for label in self._labels)
        for value in stream.values:
            if len(value) < 2 or not str(value[0]).isdigit():
                raise Malformed(self._source.name, "a line without its time")
            yield Line(int(value[0]), (namespace, pod, container), str(value[1]))


def logql_filters(wanted: LogsWanted) -> str:
    """` |~ "(?i)(refused)"` for each condition on the line itself."""
    return "".join(f" |~ {quoted(pattern)}" for pattern in (texts(wanted.match), words(wanted.level)) if pattern)


def _patterns(wanted: LogsWanted) -> Iterable[str]:
    """Of pods' names; Loki anchors them. Empty: all of the namespace."""
    if wanted.workload is not None:
        yield pod_pattern(wanted.workload)
    elif wanted.pods:
        yield from (any_of(piece) for piece in in_pieces([pod.ref.name for pod in wanted.pods]))
    else:
        yield ""


def _heeded(refusal: Refused) -> Exception:
    if refusal.status != HTTPStatus.BAD_REQUEST:
        return refusal
    if found := _TOO_MANY.search(refusal.said):
        return TooMany(refusal, int(found[2]))
    return TooLong(refusal) if _TOO_LONG.search(refusal.said) else refusal
