"""Loki and VictoriaLogs as local servers that follow their documented HTTP APIs, limits and errors included.

Neither comes in a package that a newcomer could install. What is here is the part that is asked for: Loki's
`query_range` over streams (grafana.com/docs/loki/latest/reference/loki-http-api), VictoriaLogs' `/select/logsql/query`
(docs.victoriametrics.com/victorialogs/querying), and so much of LogQL and LogsQL as our queries use. A query is parsed
to its end: one that is not well quoted is refused, as by the real ones.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.cluster.connection.recorder import Recorder, Reply, Seen, recording

_STRING = r'"(?:[^"\\\n]|\\.)*"'
Row = dict[str, str]


@dataclass
class Stored:
    """One line. `at` is nanoseconds since the epoch."""

    at: int
    fields: Row
    text: str


@dataclass
class Engine:
    """What both have: lines, a tenant's name that is wanted, refusals to come, and what was asked."""

    lines: list[Stored] = field(default_factory=list[Stored])
    refusals: list[Reply | Exception] = field(default_factory=list[Reply | Exception])
    queries: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    recorder: Recorder | None = None

    @property
    def url(self) -> str:
        assert self.recorder is not None
        return self.recorder.url

    def add(self, at: datetime | int, text: str, pod: str = "checkout-7c9f8d6b5-x2k4p", **fields: str) -> None:
        """A line of the shop's checkout, unless it says otherwise."""
        stamp = at if isinstance(at, int) else int(at.timestamp()) * 10**9 + at.microsecond * 1000
        self.lines.append(Stored(stamp, {"namespace": "shop", "pod": pod, "container": "app", **fields}, text))

    def refused(self) -> Reply:
        """The next refusal, which may be to answer at all."""
        refusal = self.refusals.pop(0)
        if isinstance(refusal, Exception):
            raise refusal
        return refusal

    def asked(self, seen: Seen) -> dict[str, str]:
        found = dict(parse_qsl(urlsplit(seen.target).query, keep_blank_values=True))
        self.queries.append(found)
        return found


class ParseError(Exception):
    """At this column."""


class Parser:
    """Takes a text apart from its beginning."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, pattern: str) -> str | None:
        found = re.compile(rf"\s*({pattern})").match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found[1]

    def need(self, pattern: str) -> str:
        found = self.take(pattern)
        if found is None:
            raise ParseError(self.at + 1)
        return found

    def string(self) -> str:
        return json.loads(self.need(_STRING))

    def end(self) -> None:
        if self.text[self.at :].strip():
            raise ParseError(self.at + 1)


@dataclass
class FakeLoki(Engine):
    """Its limits are as a tenant's are set."""

    max_entries: int = 5000
    max_length: int = 721 * 3600 * 10**9
    tenant: str = ""

    def answer(self, seen: Seen) -> Reply:
        if self.tenant and seen.one("X-Scope-OrgID") != self.tenant:
            return Reply(401, b"no org id\n")
        if urlsplit(seen.target).path != "/loki/api/v1/query_range":
            return Reply(404, b"404 page not found\n")
        asked = self.asked(seen)
        if self.refusals:
            return self.refused()
        start, end, limit = int(asked["start"]), int(asked["end"]), int(asked.get("limit", "100"))
        try:
            fits = _logql(asked["query"])
        except ParseError as error:
            return Reply(400, f"parse error at line 1, col {error.args[0]}: syntax error: unexpected STRING".encode())
        if limit > self.max_entries:
            said = "max entries limit per query exceeded, limit > max_entries_limit_per_query"
            return Reply(400, f"{said} ({limit} > {self.max_entries})".encode())
        if end - start > self.max_length:
            spans = f"query length: {(end - start) // 10**9}s, limit: {self.max_length // 10**9}s"
            return Reply(400, f"the query time range exceeds the limit ({spans})".encode())
        found = [line for line in self.lines if start <= line.at < end and fits(line)]
        assert asked["direction"] == "backward"
        return Reply(200, self._streams(sorted(found, key=lambda line: -line.at)[:limit]))

    @staticmethod
    def _streams(lines: list[Stored]) -> dict[str, Any]:
        streams: defaultdict[str, list[Any]] = defaultdict(list)
        for line in lines:
            streams[json.dumps(line.fields, sort_keys=True)].append([str(line.at), line.text])
        result = [{"stream": json.loads(labels), "values": values} for labels, values in streams.items()]
        return {"status": "success", "data": {"resultType": "streams", "result": result, "stats": {}}}


def _filtered(pattern: re.Pattern[str], line: Stored) -> bool:
    return bool(pattern.search(line.text))


def _labelled(label: str, pattern: re.Pattern[str], line: Stored) -> bool:
    return bool(pattern.fullmatch(line.fields.get(label, "")))


def _logql(text: str) -> Callable[[Stored], bool]:
    parser, conditions = Parser(text), list[Callable[[Stored], bool]]()
    parser.need(r"\{")
    strict = False
    while True:
        label, op = parser.need(r"[a-zA-Z_]\w*"), parser.need("=~|=")
        value = parser.string()
        strict = strict or bool(value and not (op == "=~" and re.fullmatch(value, "")))
        pattern = re.compile(value if op == "=~" else re.escape(value))
        conditions.append(partial(_labelled, label, pattern))
        if not parser.take(","):
            break
    parser.need(r"\}")
    if not strict:
        raise ParseError(1)  # Loki wants one matcher that does not fit the empty label
    while parser.take(r"\|~"):
        conditions.append(partial(_filtered, re.compile(parser.string())))
    parser.end()
    return lambda line: all(each(line) for each in conditions)


@dataclass
class FakeVictoriaLogs(Engine):
    """Its lines' fields are named as vlagent and Vector name them."""

    breaks_after: int | None = None
    """Lines of each answer after which it fails, at status 200."""
    tenant: str = ""

    def answer(self, seen: Seen) -> Reply:
        if urlsplit(seen.target).path != "/select/logsql/query":
            return Reply(404, b"unsupported path requested\n")
        asked = self.asked(seen)
        if self.refusals:
            return self.refused()
        if self.tenant and seen.one("AccountID") != self.tenant:
            return Reply(200, b"")  # another tenant's lines
        try:
            fits = _logsql(asked["query"])
        except ParseError as error:
            words = f"cannot parse query [{asked['query']}]: unexpected token at {error.args[0]}"
            return Reply(400, words.encode(), {"Content-Type": "text/plain"})
        start, end = _nanoseconds(asked["start"]), _nanoseconds(asked["end"])
        found = [line for line in self.lines if start <= line.at < end and fits(_as_fields(line))]
        newest = sorted(found, key=lambda line: -line.at)[: int(asked["limit"])]
        newest.reverse()  # no order is promised
        rows = [json.dumps(_as_fields(line)).encode() + b"\n" for line in newest]
        kind = {"Content-Type": "application/stream+json"}
        if self.breaks_after is not None:
            said = b"cannot execute query: context deadline exceeded\n"
            return Reply(200, b"", kind, parts=[*rows[: self.breaks_after], said], cut=True)
        return Reply(200, b"", kind, parts=rows or [b"\n"])


def _as_fields(line: Stored) -> Row:
    known = {"namespace": "kubernetes.pod_namespace", "pod": "kubernetes.pod_name"}
    named = {known.get(name, name): value for name, value in line.fields.items()}
    named["kubernetes.container_name"] = named.pop("container")
    seconds, rest = divmod(line.at, 10**9)
    time = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
    return {"_msg": line.text, "_stream": "{}", "_time": time, **named}


def _nanoseconds(time: str) -> int:
    whole, _, fraction = time.removesuffix("Z").partition(".")
    return int(datetime.fromisoformat(f"{whole}+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


Fits = Callable[[Row], bool]


def _logsql(text: str) -> Fits:
    parser = Parser(text)
    fits = _and(parser)
    if parser.take(r"\|"):
        parser.need("fields")
        parser.string()
        while parser.take(","):
            parser.string()
    parser.end()
    return fits


def _and(parser: Parser) -> Fits:
    parts = [_one(parser)]
    while not re.match(r"\s*(\||\)|or\b|$)", parser.text[parser.at :]):
        parts.append(_one(parser))
    return lambda row: all(part(row) for part in parts)


def _one(parser: Parser) -> Fits:
    if parser.take(r"\*"):
        return lambda row: True
    if parser.take(r"\("):
        options = [_and(parser)]
        while parser.take(r"or\b"):
            options.append(_and(parser))
        parser.need(r"\)")
        return lambda row: any(option(row) for option in options)
    name = parser.take(r"[a-zA-Z_]\w*") or parser.string()
    parser.need(":")
    if parser.take("="):
        value = parser.string()
        return lambda row: row.get(name, "") == value
    if parser.take("~"):
        pattern = re.compile(parser.string())
        return lambda row: bool(pattern.search(row.get(name, "")))
    if parser.take(r"\*"):
        return lambda row: bool(row.get(name))
    parser.need(r"in\(")
    values = [parser.string()]
    while parser.take(","):
        values.append(parser.string())
    parser.need(r"\)")
    return lambda row: row.get(name, "") in values


@asynccontextmanager
async def serving(engine: FakeLoki | FakeVictoriaLogs) -> AsyncGenerator[None]:
    async with recording(engine.answer) as engine.recorder:
        yield
