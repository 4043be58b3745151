"""The hosts of an access log as an answer shows them."""

from collections.abc import Iterable

from incident_mcp.logs.hosts import HostFigures, HostSeen, PathSeen
from incident_mcp.text.amounts import share_words
from incident_mcp.text.fencing import quote
from incident_mcp.text.words import count
from incident_mcp.vocabulary.value import Value

PATH_LIMIT = 100


class HostLine(Value):
    """One host; `worst` is the kind of its requests that fails most, or else is slow most."""

    host: str
    now: HostFigures | None = None
    before: HostFigures | None = None
    worst: str = ""


def host_lines(hosts: Iterable[HostSeen]) -> tuple[HostLine, ...]:
    return tuple(
        HostLine(host=each.host, now=each.now, before=each.before, worst=_worst(each.worst) if each.worst else "")
        for each in hosts
    )


def host_words(line: HostLine) -> str:
    """`shop-cart-80: 41/s, 34 % 5xx, median 40 ms, p99 900 ms; before: 40/s, 0 % 5xx ...`, for a terminal."""
    told = [_figures(each) if each else "no requests" for each in (line.now, line.before)]
    worst = f"; {line.worst}" if line.worst else ""
    return f"{line.host}: {told[0]}; before: {told[1]}{worst}"


def _figures(figures: HostFigures) -> str:
    classes = " ".join(f"{name} {number:,}" for name, number in figures.statuses.items())
    timed = figures.median is not None
    latency = f", median {figures.median:g} ms, p99 {figures.p99:g} ms" if timed else ""
    slow = f", {figures.slow:,} took a second or more" if figures.slow else ""
    return f"{figures.per_second:g}/s, {share_words(figures.failed)} 5xx ({classes}){latency}{slow}"


def _worst(path: PathSeen) -> str:
    told = [f"{path.failed:,} failed"] if path.failed else []
    told += [f"{path.slow:,} took a second or more"] if path.slow else []
    return f"{quote(path.what, PATH_LIMIT)}: of {count(path.requests, 'request')} {' and '.join(told)}"
