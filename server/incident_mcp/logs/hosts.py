"""An access log as figures: for each host, requests, the share of 5xx and latency, since a moment and before it.

Where there is no Prometheus, an ingress controller's log is the only view of *everything is Ready and yet it fails*.
Read are ingress-nginx's default format (host from the upstream's name), nginx's combined format, with `$request_time`
or a host if they follow, and Envoy's and Istio's default format. Latencies are kept in buckets of a tenth of a power of
two, so a quantile is at most 8 % off, whatever the number of requests.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from incident_mcp.vocabulary.value import Value

MOST_HOSTS = 2000
_OTHER = "(other hosts)"
_MONTHS = {
    name: at + 1
    for at, name in enumerate(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"))
}
_STEPS = 10
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}")
_NGINX = re.compile(
    r"\S+ \S+ \S+ \[(?P<clf>[^\]]{20,32})\] \"(?P<request>[^\"]*)\" (?P<status>\d{3}) \S+ \"[^\"]*\" \"[^\"]*\""
    r"(?: (?P<length>\d+) (?P<seconds>\d+\.\d+) \[(?P<upstream>[^\]]*)\])?(?: (?P<alone>\d+\.\d+)(?= |$))?"
)
_ENVOY = re.compile(
    r"\[(?P<iso>\d{4}-\d\d-\d\dT[\d:.]+Z)\] \"(?P<request>[^\"]*)\" (?P<status>\d{3}) .*? \d+ \d+ (?P<ms>\d+) (?:\d+|-)"
    r" \"[^\"]*\" \"[^\"]*\" \"[^\"]*\" \"(?P<host>[^\"]*)\""
)
_KUBELET = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z (?:std(?:out|err) [FP] )?")


class HostFigures(Value):
    """One host over one stretch of time. Latencies are milliseconds, None where the log has none."""

    host: str
    requests: int
    per_second: float
    failed: float
    """The share of 5xx, 0 to 1."""
    median: float | None = None
    p99: float | None = None


class HostLine(Value):
    """A host since the moment, and before it; either is None where there were no requests."""

    host: str
    now: HostFigures | None = None
    before: HostFigures | None = None


@dataclass(slots=True)
class _Tally:
    requests: int = 0
    failed: int = 0
    latencies: Counter[int] = field(default_factory=Counter[int])

    def quantile(self, share: float) -> float | None:
        wanted = math.ceil(sum(self.latencies.values()) * share)
        for bucket in sorted(self.latencies):
            wanted -= self.latencies[bucket]
            if wanted <= 0:
                return round(2 ** ((bucket + 0.5) / _STEPS), 1)
        return None


class AccessLog:
    """Add the lines of all replicas; `since` divides them. `lines` that were no requests are in `others`."""

    def __init__(self, since: datetime) -> None:
        self.others = 0
        self._since = since
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._tallies: dict[tuple[str, bool], _Tally] = {}

    def add(self, body: bytes) -> None:
        """Whole lines."""
        for line in body.decode("utf-8", "replace").splitlines():
            self._line(line)

    def hosts(self) -> list[HostLine]:
        """Those whose share of 5xx rose most first, then those with most requests."""
        names = {host for host, _ in self._tallies}
        lines = [
            HostLine(host=name, now=self._figures(name, True), before=self._figures(name, False)) for name in names
        ]
        return sorted(lines, key=lambda line: (-_risen(line), -(line.now.requests if line.now else 0), line.host))

    def _line(self, line: str) -> None:
        kubelet = _KUBELET.match(line)
        line = line[kubelet.end() :] if kubelet else line
        found = _NGINX.match(line) or _ENVOY.match(line)
        at = _time(found) if found else None
        if found is None or at is None:
            self.others += bool(line.strip())
            return
        self._first, self._last = min(self._first or at, at), max(self._last or at, at)
        tally = self._tally(_host(found), at >= self._since)
        tally.requests += 1
        tally.failed += found["status"][0] == "5"
        if (milliseconds := _milliseconds(found)) is not None:
            tally.latencies[math.floor(_STEPS * math.log2(max(milliseconds, 0.1)))] += 1

    def _tally(self, host: str, now: bool) -> _Tally:
        if (host, now) not in self._tallies and len(self._tallies) >= 2 * MOST_HOSTS:
            host = _OTHER
        return self._tallies.setdefault((host, now), _Tally())

    def _figures(self, host: str, now: bool) -> HostFigures | None:
        tally = self._tallies.get((host, now))
        if tally is None or self._first is None or self._last is None:
            return None
        start, end = (max(self._since, self._first), self._last) if now else (self._first, min(self._since, self._last))
        seconds = max((end - start).total_seconds(), 1.0)
        return HostFigures(
            host=host,
            requests=tally.requests,
            per_second=round(tally.requests / seconds, 2),
            failed=round(tally.failed / tally.requests, 4),
            median=tally.quantile(0.5),
            p99=tally.quantile(0.99),
        )


def _risen(line: HostLine) -> float:
    return (line.now.failed if line.now else 0.0) - (line.before.failed if line.before else 0.0)


def _host(found: re.Match[str]) -> str:
    """A plain name; whatever else stands there is outside text, and becomes `-`."""
    groups = found.groupdict()
    name = groups.get("host") or groups.get("upstream") or ""
    return name if _NAME.fullmatch(name) else "-"


def _milliseconds(found: re.Match[str]) -> float | None:
    groups = found.groupdict()
    if groups.get("ms"):
        return float(groups["ms"])
    seconds = groups.get("seconds") or groups.get("alone")
    return float(seconds) * 1000 if seconds else None


def _time(found: re.Match[str]) -> datetime | None:
    groups = found.groupdict()
    try:
        if iso := groups.get("iso"):
            return datetime.fromisoformat(iso)
        text = groups["clf"]
        month = _MONTHS[text[3:6]]
        clock = time.fromisoformat(text[12:20])
        shift = timedelta(hours=int(text[22:24]), minutes=int(text[24:26])) if len(text) >= 26 else timedelta()
        at = datetime(int(text[7:11]), month, int(text[:2]), clock.hour, clock.minute, clock.second, tzinfo=UTC)
        return at + shift if text[21:22] == "-" else at - shift
    except (ValueError, KeyError):
        return None
