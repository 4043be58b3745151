"""Prometheus' HTTP API (prometheus.io/docs/prometheus/latest/querying/api/), the reads that an incident needs.

Whatever speaks it will do: Thanos, Mimir, VictoriaMetrics. A figure that is no number (NaN: nothing to divide by; an
infinity: a quantile beyond the last bucket) is left out, so an empty answer always means *no data*. Warnings, and an
answer that only some of the stores gave, are kept for the person to know.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.services.source import Source
from incident_mcp.vocabulary.untrusted import Untrusted

Labels = dict[str, str]
MOST_SERIES = 2000
_LATEST = 2.0**33
"""Seconds since the epoch, in the year 2242: beyond, it is no time of anybody's."""


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its labels, and finite values with their times (seconds since the epoch), oldest first."""

    labels: Labels
    points: list[tuple[float, float]]


class _Answer(msgspec.Struct):
    status: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    errorType: str = ""
    error: str = ""
    warnings: list[str] = []
    isPartial: bool = False


class _Result(msgspec.Struct):
    metric: Labels = {}
    value: tuple[float, str] | None = None
    values: list[tuple[float, str]] = []


class _Found(msgspec.Struct):
    resultType: str
    result: list[_Result]


class FiringAlert(msgspec.Struct):
    """One alert of `/api/v1/alerts`."""

    labels: Labels = {}
    annotations: Labels = {}
    state: str = ""
    activeAt: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class _Alerts(msgspec.Struct):
    alerts: list[FiringAlert] = []


_answer = msgspec.json.Decoder(_Answer)


class Prometheus:
    """One server. Every method raises `Refused`, `Malformed`, and what its source raises (`Unreachable`)."""

    def __init__(self, source: Source, seconds: float) -> None:
        self.source = source
        self._seconds = seconds
        self.warnings: dict[str, Untrusted] = {}
        """What it warned of, each once."""

    async def query(self, query: str, at: datetime) -> list[Series]:
        """An instant vector; each series has one point."""
        found = await self._found("query", {"query": query, "time": _time(at)}, "vector")
        return [_series(each, [each.value] if each.value else []) for each in found]

    async def range(self, query: str, start: datetime, end: datetime, step: float) -> list[Series]:
        """One series each, a point every `step` seconds where there is one."""
        params = {"query": query, "start": _time(start), "end": _time(end), "step": f"{step:g}"}
        return [_series(each, each.values) for each in await self._found("query_range", params, "matrix")]

    async def metric_names(self, selector: str, start: datetime, end: datetime) -> list[str]:
        """Names of the metrics that this selector finds."""
        return await self._names("label/__name__/values", selector, start, end)

    async def label_names(self, selector: str, start: datetime, end: datetime) -> list[str]:
        """Names of the labels on what this selector finds."""
        return await self._names("labels", selector, start, end)

    async def alerts(self) -> list[FiringAlert]:
        """Those that its own rules raise, pending ones included."""
        return self._decode(await self._get("alerts", {}), _Alerts).alerts

    async def _found(self, path: str, params: Mapping[str, str], wanted: str) -> list[_Result]:
        found = self._decode(await self._get(path, {**params, "timeout": f"{self._seconds:g}s"}), _Found)
        if found.resultType != wanted:
            raise Malformed(self.source.name, f"a {found.resultType} instead of a {wanted}")
        return found.result[:MOST_SERIES]

    async def _names(self, path: str, selector: str, start: datetime, end: datetime) -> list[str]:
        params = {"match[]": selector, "start": _time(start), "end": _time(end)}
        return self._decode(await self._get(path, params), list[str])

    async def _get(self, path: str, params: Mapping[str, str]) -> msgspec.Raw:
        status, body = await self.source.get(f"/api/v1/{path}", params)
        try:
            answer = _answer.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            if status == HTTPStatus.OK:
                raise Malformed(self.source.name, "it is no JSON, or cut off") from error
            raise Refused(self.source.name, status, "", body[:500].decode("utf-8", "replace")) from error
        if status != HTTPStatus.OK or answer.status != "success":
            raise Refused(self.source.name, status, answer.errorType, answer.error)
        self._keep(answer)
        return answer.data

    def _keep(self, answer: _Answer) -> None:
        for warning in answer.warnings[:3]:
            self.warnings.setdefault(warning, Untrusted(warning))
        if answer.isPartial:
            self.warnings.setdefault("", Untrusted("only a part of the data could be read"))

    def _decode(self, data: msgspec.Raw, kind: Any) -> Any:
        try:
            return msgspec.json.decode(data, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(self.source.name, "its data is of another form") from error


def _series(result: _Result, points: list[tuple[float, str]]) -> Series:
    numbers = ((at, _number(value)) for at, value in points if 0 <= at < _LATEST)
    return Series(result.metric, [(at, value) for at, value in numbers if math.isfinite(value)])


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC).timestamp():.3f}"
