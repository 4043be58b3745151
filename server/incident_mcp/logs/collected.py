"""Lines of many containers from one engine, as each container's log: oldest first, each with its time before it."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from incident_mcp.vocabulary.log_source import ContainerLog
from incident_mcp.vocabulary.refs import Ref

Owner = tuple[str, str, str]
"""Namespace, pod, container."""
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
UNNAMED = "unnamed"
"""What stands for a name that is missing, or that Kubernetes would not have accepted: anybody can push lines."""
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line, which may be of several rows; `at` is nanoseconds since the epoch."""

    at: int
    owner: Owner
    text: str


def as_logs(lines: list[Line]) -> list[ContainerLog]:
    """A container's instances are not told apart by an engine: they are one log. A row without a name is kept too."""
    owned: defaultdict[Owner, list[Line]] = defaultdict(list)
    for line in lines:
        owned[line.owner].append(line)
    return [ContainerLog(_pod(owner), _named(owner[2]), False, _body(own)) for owner, own in owned.items()]


def _pod(owner: Owner) -> Ref:
    return Ref(kind="Pod", namespace=_named(owner[0]), name=_named(owner[1]))


def _named(name: str) -> str:
    return name if _NAME.fullmatch(name) else UNNAMED


def _body(lines: list[Line]) -> bytes:
    lines.sort(key=lambda line: line.at)
    rows = (f"{stamp(line.at)} {row}\n" for line in lines for row in line.text.rstrip("\n").split("\n"))
    return "".join(rows).encode("utf-8", "replace")


def stamp(at: int) -> str:
    """RFC 3339, to the nanosecond."""
    seconds, rest = divmod(at, SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def nanoseconds(at: datetime) -> int:
    """Exact, where a float of so many seconds is not."""
    return int(at.timestamp()) * SECOND + at.microsecond * 1000
