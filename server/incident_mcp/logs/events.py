"""One thing that a program said: a line, or a stack trace with all its lines."""

from dataclasses import dataclass, field
from datetime import datetime

from incident_mcp.logs.levels import Level
from incident_mcp.vocabulary.refs import Ref


@dataclass(frozen=True, slots=True)
class Source:
    """Whose log it is. `previous`: the instance before the one that runs, or waits, now."""

    pod: Ref
    container: str
    previous: bool = False


@dataclass(slots=True)
class LogEvent:
    """`text` is its first line's message; for a trace, the root exception is in `root`."""

    source: Source
    time: datetime | None
    level: Level
    text: str
    lines: list[str] = field(default_factory=list[str])
    root: str = ""
    """The exception that began it all: Python's first, Java's last `Caused by`; empty when there is no trace."""
