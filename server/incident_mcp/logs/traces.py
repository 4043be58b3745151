"""Stack traces as one event, with the exception that began it all.

Python prints the first exception first and the last one last; Java nests: the last `Caused by` is the first cause.
"""

import re
from collections.abc import Iterator

from incident_mcp.logs.events import LogEvent

_PYTHON_HEAD = "Traceback (most recent call last):"
_PYTHON_LINKS = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_EXCEPTION = re.compile(
    r"[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Warning|Fault|Timeout|[A-Z]\w*)(?::.*)?", re.DOTALL
)
_JAVA_FRAME = re.compile(r"\s+at [\w.$<>/@-]+\(|\s+\.\.\. \d+ (?:more|common frames omitted)")
_JAVA_CAUSE = re.compile(r"\s*(?:Caused by|Suppressed): (.*)", re.DOTALL)
_JAVA_HEAD = re.compile(
    r"(?:Exception in thread \"[^\"]*\" )?((?:[\w$]+\.)+[\w$]*(?:Exception|Error|Throwable)\b.*)", re.DOTALL
)
LONGEST = 400
"""Lines of one trace that are kept."""


def fold(events: Iterator[LogEvent]) -> Iterator[LogEvent]:
    """The same events in order, each trace joined to one. All are of one source."""
    open_trace: LogEvent | None = None
    inside_python = False
    for event in events:
        line = event.lines[0]
        if open_trace is not None and (inside_python or _continues(line, open_trace)):
            inside_python = _extend(open_trace, line, inside_python)
            continue
        if open_trace is not None:
            yield open_trace
        inside_python = _PYTHON_HEAD in line
        open_trace = event
        if inside_python:
            event.level = "error"
    if open_trace is not None:
        yield open_trace


def _continues(line: str, trace: LogEvent) -> bool:
    """Whether a line belongs to the event before it."""
    if _JAVA_FRAME.match(line) or _JAVA_CAUSE.match(line):
        return True
    python = bool(trace.root) and _PYTHON_HEAD in trace.lines[0]
    return python and (not line.strip() or line.strip() in _PYTHON_LINKS or _PYTHON_HEAD in line)


def _extend(trace: LogEvent, line: str, inside_python: bool) -> bool:
    """Add the line; true while a Python traceback waits for its exception."""
    if len(trace.lines) < LONGEST:
        trace.lines.append(line)
    if inside_python:
        return _extend_python(trace, line)
    if _JAVA_FRAME.match(line) or _JAVA_CAUSE.match(line):
        _extend_java(trace, line)
    return _PYTHON_HEAD in line


def _extend_python(trace: LogEvent, line: str) -> bool:
    if not line.strip() or line[0].isspace() or _PYTHON_HEAD in line:
        return True
    if not trace.root and _EXCEPTION.fullmatch(line):
        trace.root = trace.text = line
    return False


def _extend_java(trace: LogEvent, line: str) -> None:
    trace.level = "error"
    cause = _JAVA_CAUSE.match(line)
    if cause and line.lstrip().startswith("Caused"):
        trace.root = cause[1]
    elif not trace.root and (head := _JAVA_HEAD.search(trace.text)):
        trace.root = head[1]
