"""Requests from the lines of an access log, in the forms that ingress controllers write.

ingress-nginx's default (host from the upstream's name), nginx's combined form, with `$request_time` or a host if they
follow, Traefik's, Envoy's and Istio's default, and JSON under the names that nginx, Envoy and Traefik use for it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

import msgspec

_MONTHS = {
    name: at + 1
    for at, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))
}
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}")
_NGINX = re.compile(
    r"\S+ \S+ \S+ \[(?P<clf>[^\]]{20,32})\] \"(?P<request>[^\"]*)\" (?P<status>\d{3}) \S+ \"[^\"]*\" \"[^\"]*\""
    r"(?: \d+ \"(?P<router>[^\"]*)\" \"[^\"]*\" (?P<whole>\d+)ms"
    r"|(?: (?P<length>\d+) (?P<seconds>\d+\.\d+) \[(?P<upstream>[^\]]*)\])?(?: (?P<alone>\d+\.\d+)(?= |$))?"
    r"(?: \"?(?P<vhost>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\"?$)?)"
)
_ENVOY = re.compile(
    r"\[(?P<iso>\d{4}-\d\d-\d\dT[\d:.]+Z)\] \"(?P<request>[^\"]*)\" (?P<status>\d{3}) .*? \d+ \d+ (?P<ms>\d+) (?:\d+|-)"
    r" \"[^\"]*\" \"[^\"]*\" \"[^\"]*\" \"(?P<host>[^\"]*)\""
)
_KUBELET = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z (?:std(?:out|err) [FP] )?")
_AT = ("start_time", "time", "timestamp", "time_iso8601", "@timestamp", "StartUTC", "ts", "time_local")
_STATUS = ("response_code", "status", "DownstreamStatus", "status_code")
_HOSTS = (":authority", "authority", "vhost", "host", "http_host", "RequestHost", "server_name")
_PATHS = ("x-envoy-origin-path", "path", "uri", "request_uri", "RequestPath", "request")
_METHODS = ("method", "request_method", "RequestMethod")


@dataclass(frozen=True, slots=True)
class Request:
    """`host` is a plain name, or `-` where something else stands; `what` is outside text: `GET /cart`, no query."""

    at: datetime
    host: str
    what: str
    status: int
    milliseconds: float | None


def requests(body: bytes) -> Iterator[Request | None]:
    """One for each line that is not empty; None for one that is no request."""
    for row in body.decode("utf-8", "replace").split("\n"):
        line = row.rstrip("\r")
        kubelet = _KUBELET.match(line)
        told = line[kubelet.end() :] if kubelet else line
        if told.strip():
            yield _from_json(told) if told.startswith("{") else _from_text(told)


def _from_text(line: str) -> Request | None:
    found = _NGINX.match(line) or _ENVOY.match(line)
    at = _time(found) if found else None
    if found is None or at is None:
        return None
    groups = found.groupdict()
    host = next((groups[name] for name in ("host", "upstream", "router", "vhost") if groups.get(name)), "")
    return Request(at, _plain(host.partition("@")[0]), _what(found["request"]), int(found["status"]), _duration(groups))


def _duration(groups: dict[str, str | None]) -> float | None:
    """Milliseconds."""
    whole = groups.get("ms") or groups.get("whole")
    if whole:
        return float(whole)
    seconds = groups.get("seconds") or groups.get("alone")
    return float(seconds) * 1000 if seconds else None


def _time(found: re.Match[str]) -> datetime | None:
    groups = found.groupdict()
    try:
        return _clf(groups["clf"]) if groups.get("clf") else datetime.fromisoformat(str(groups["iso"]))
    except (ValueError, KeyError, OverflowError):
        return None


def _clf(stamp: str) -> datetime:
    """`24/Nov/2026:02:11:40 +0000`, which `strptime` reads five times slower."""
    zone = timedelta(hours=int(stamp[21:24]), minutes=int(stamp[21] + stamp[24:26]))
    at = time(int(stamp[12:14]), int(stamp[15:17]), int(stamp[18:20]), tzinfo=UTC)
    day = datetime(int(stamp[7:11]), _MONTHS[stamp[3:6]], int(stamp[:2]), tzinfo=UTC)
    return datetime.combine(day, at) - zone


def _from_json(line: str) -> Request | None:
    try:
        fields = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):  # brackets within brackets, thousands deep
        return None
    if not isinstance(fields, dict):
        return None
    known = cast("dict[str, Any]", fields)
    status, at = str(_first(known, _STATUS)), _json_time(_first(known, _AT))
    if at is None or not re.fullmatch(r"[1-5]\d\d", status):
        return None
    method, path = str(_first(known, _METHODS)), str(_first(known, _PATHS))
    what = _what(path if not method or path.startswith(f"{method} ") else f"{method} {path}")
    return Request(at, _plain(str(_first(known, _HOSTS))), what, int(status), _json_duration(known))


def _json_time(value: Any) -> datetime | None:
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        at = _clf(value) if "/" in value else datetime.fromisoformat(value)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, IndexError):
        return None


def _json_duration(fields: dict[str, Any]) -> float | None:
    """Envoy writes milliseconds, nginx seconds, Traefik nanoseconds."""
    for name, factor in (("duration", 1.0), ("duration_ms", 1.0), ("request_time", 1000.0), ("Duration", 1e-6)):
        try:
            return float(fields[name]) * factor
        except (KeyError, ValueError, TypeError):
            continue
    return None


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name) not in (None, "", "-")), "")


def _what(request: str) -> str:
    method, _, rest = request.partition(" ")
    return f"{method} {rest.partition(' ')[0].partition('?')[0]}"[:200] if rest else request[:200]


def _plain(name: str) -> str:
    """Whatever else stands there is outside text, and becomes `-`."""
    return name if _NAME.fullmatch(name) else "-"
