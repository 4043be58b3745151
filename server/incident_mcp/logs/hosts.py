"""An access log as figures: for each host, requests, the share of 5xx and latency, since a moment and before it.

Where there is no Prometheus, an ingress controller's log is the only view of *everything is Ready and yet it fails*. A
rate is over the time that was read, not over the hour that it stands for: of a busy log only slices are read.
Latencies are kept in buckets of a tenth of a power of two, so a quantile is at most 8 % off, whatever the number of
requests.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from incident_mcp.logs.access_lines import Request, requests
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

MOST_HOSTS = 2000
SLOW = 1000.0
"""Milliseconds."""
RECENT = timedelta(minutes=5)
"""*Now*, where no onset is known."""
HOUR = timedelta(hours=1)
_LOOKED_AT = 64 * 1024
_SHARE = 0.5
"""Of its lines, that are requests, make a log an access log."""
_OTHER = "(other hosts)"
_MOST_PATHS = 200
_STEPS = 10
_ID = re.compile(r"(?<=/)[^/]*\d[^/]*")


class HostFigures(Value):
    """One host over one stretch of time. Latencies are milliseconds, None where the log has none."""

    host: str
    requests: int
    per_second: float
    failed: float
    """The share of 5xx, 0 to 1."""
    statuses: dict[str, int] = {}
    """Requests by class: `2xx`, `4xx` ..."""
    median: float | None = None
    p99: float | None = None
    slow: int | None = None
    """Requests that took a second or longer."""


class PathSeen(Value):
    """The requests of one kind that fail, or are slow, most."""

    what: Untrusted
    requests: int
    failed: int
    slow: int


class HostSeen(Value):
    """A host since the moment, and before it; either is None where there were no requests."""

    host: str
    now: HostFigures | None = None
    before: HostFigures | None = None
    worst: PathSeen | None = None


@dataclass(slots=True)
class _Tally:
    requests: int = 0
    classes: Counter[str] = field(default_factory=Counter[str])
    latencies: Counter[int] = field(default_factory=Counter[int])
    slow: int = 0
    paths: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Requests, failed, slow."""

    def add(self, request: Request) -> None:
        failed, slow = request.status >= 500, (request.milliseconds or 0) >= SLOW
        self.requests += 1
        self.classes[f"{request.status // 100}xx"] += 1
        self.slow += slow
        if request.milliseconds is not None:
            self.latencies[math.floor(_STEPS * math.log2(max(request.milliseconds, 0.1)))] += 1
        path = _ID.sub("…", request.what)
        if path in self.paths or len(self.paths) < _MOST_PATHS:
            counts = self.paths.setdefault(path, [0, 0, 0])
            for place, one in enumerate((1, failed, slow)):
                counts[place] += one

    def quantile(self, share: float) -> float | None:
        wanted = math.ceil(sum(self.latencies.values()) * share)
        for bucket in sorted(self.latencies):
            wanted -= self.latencies[bucket]
            if wanted <= 0:
                return round(2 ** ((bucket + 0.5) / _STEPS), 1)
        return None

    def worst(self) -> PathSeen | None:
        path, (count, failed, slow) = max(self.paths.items(), key=lambda each: (each[1][1], each[1][2]))
        return PathSeen(what=Untrusted(path), requests=count, failed=failed, slow=slow) if failed or slow else None


class AccessLog:
    """Add the logs of all replicas; `since` divides them, and `begin` is where *before* begins.

    `others` counts the lines that were no requests.
    """

    def __init__(self, since: datetime, begin: datetime | None = None) -> None:
        self.others = 0
        self._since = since
        self._begin = begin
        self._covered = [timedelta(), timedelta()]
        self._replicas: set[object] = set()
        self._tallies: dict[tuple[str, bool], _Tally] = {}

    def add(
        self,
        body: bytes,
        *,
        replica: object = None,
        begin: datetime | None = None,
        end: datetime | None = None,
    ) -> None:
        """Whole lines of one stretch of a replica's log, from `begin` or its first request to `end` or its last."""
        self._replicas.add(replica)
        first, last = begin, begin
        for request in requests(body):
            if request is None:
                self.others += 1
            elif self._begin is None or request.at >= self._begin:
                first, last = min(first or request.at, request.at), max(last or request.at, request.at)
                self._tally(request.host, request.at >= self._since).add(request)
        if first is not None and last is not None:
            self._cover(first, max(last, end or last))

    def hosts(self) -> list[HostSeen]:
        """Those whose share of 5xx rose most first, then those with most requests."""
        names = {host for host, _ in self._tallies}
        lines = [self._host(name) for name in names]
        return sorted(lines, key=lambda line: (-_risen(line), -(line.now.requests if line.now else 0), line.host))

    def _cover(self, first: datetime, last: datetime) -> None:
        self._covered[False] += max(min(last, self._since) - first, timedelta())
        self._covered[True] += max(last - max(first, self._since), timedelta())

    def _tally(self, host: str, now: bool) -> _Tally:
        if (host, now) not in self._tallies and len(self._tallies) >= 2 * MOST_HOSTS:
            host = _OTHER
        return self._tallies.setdefault((host, now), _Tally())

    def _host(self, name: str) -> HostSeen:
        tally = self._tallies.get((name, True))
        return HostSeen(
            host=name,
            now=self._figures(name, True),
            before=self._figures(name, False),
            worst=tally.worst() if tally else None,
        )

    def _figures(self, host: str, now: bool) -> HostFigures | None:
        tally = self._tallies.get((host, now))
        if tally is None:
            return None
        seconds = max(self._covered[now].total_seconds() / len(self._replicas), 1.0)
        timed = bool(tally.latencies)
        return HostFigures(
            host=host,
            requests=tally.requests,
            per_second=round(tally.requests / seconds, 2),
            failed=round(tally.classes["5xx"] / tally.requests, 4),
            statuses=dict(sorted(tally.classes.items())),
            median=tally.quantile(0.5),
            p99=tally.quantile(0.99),
            slow=tally.slow if timed else None,
        )


def _risen(line: HostSeen) -> float:
    return (line.now.failed if line.now else 0.0) - (line.before.failed if line.before else 0.0)


def is_access_log(body: bytes) -> bool:
    """By its last lines."""
    found = list(requests(body[-_LOOKED_AT:].partition(b"\n")[2] if len(body) > _LOOKED_AT else body))
    return bool(found) and sum(1 for each in found if each) >= _SHARE * len(found)
