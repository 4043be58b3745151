"""A container's log, as the API server sent it, as events."""

from collections.abc import Iterator

from incident_mcp.logs.events import LogEvent, Source
from incident_mcp.logs.levels import level_and_message
from incident_mcp.logs.stamps import split_stamp, without_own_stamp
from incident_mcp.logs.traces import fold

LONGEST_LINE = 8000
"""Characters of one line that are looked at."""


def read_log(log: bytes, source: Source) -> list[LogEvent]:
    """The events in the order they were said. Undecodable bytes are replaced, empty lines between events left out."""
    return [event for event in fold(_lines(log, source)) if event.text.strip()]


def _lines(log: bytes, source: Source) -> Iterator[LogEvent]:
    for raw in log.decode("utf-8", "replace").split("\n"):
        if not raw:
            continue
        time, line = split_stamp(raw.rstrip("\r")[:LONGEST_LINE])
        level, message = level_and_message(without_own_stamp(line))
        yield LogEvent(source, time, level, message, [line])
