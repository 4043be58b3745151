"""Stack traces as one event, with the exception that began it all and the first frame of the application itself.

Python prints the first exception first and the last one last; Java and .NET nest: the innermost cause is the first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from incident_mcp.logs.parts import CAUSE, EXCEPTION, Part

LONGEST = 400
"""Lines of one trace that are looked at."""
_BODY = {Part.FRAME, Part.CAUSE, Part.INDENTED}
_PYTHON_BODY = {Part.FRAME, Part.INDENTED, Part.CAUSE, Part.GO_PART}
_JAVA_FRAME = re.compile(r"\s+at ([\w.$/@<>-]+)\(([^)]*)\)")
_NODE_FRAME = re.compile(
    r"\s+at (?:async )?(?:([\w.$<> \[\]]+) \()?((?:file:|/|[A-Z]:\\|node:)[^)]*?):(\d+)(?::\d+)?\)?$"
)
_DOTNET_FRAME = re.compile(r"\s+at ([\w.`<>+\[\]]+)\([^)]*\)(?: in (.+):line (\d+))?")
_PYTHON_FRAME = re.compile(r"\s+File \"([^\"]+)\", line (\d+)(?:, in (.+))?")
_GO_FRAME = re.compile(r"([\w./-]+\.[\w.()*{}\[\]-]+?)\((?:.*)\)$")
_NOT_OURS = re.compile(
    r"(?:[\w.]+/)?(?:java|javax|jakarta|jdk|sun|com\.sun|kotlin|scala|groovy|akka|reactor|rx|io\.netty|io\.grpc|"
    r"org\.(?:springframework|apache|hibernate|eclipse|postgresql|jboss|junit)|com\.(?:zaxxer|mysql|google|fasterxml)|"
    r"System|Microsoft|Npgsql|runtime|net|net/http|syscall|os|internal|panic|testing|reflect|sync|encoding)[./(]"
)
_LIBRARY_PATH = re.compile(r"site-packages|dist-packages|/lib/python|node_modules|node:|<frozen|/usr/local/go/src")


@dataclass(frozen=True, slots=True)
class Trace:
    """Where it stands among the lines that were given, and what it says."""

    start: int
    end: int
    root: str
    frame: str = ""


def traces_in(parts: Sequence[Part], lines: Sequence[str]) -> list[Trace]:
    """The traces among these lines of one log, in order. Lines in between are none of their business."""
    found: list[Trace] = []
    at = 0
    while at < len(parts):
        end = _end(parts, at)
        if end > at + 1:
            mine = lines[at : min(end, at + LONGEST)]
            found.append(Trace(at, end, _root(parts[at : at + len(mine)], mine), _frame(mine)))
        at = max(end, at + 1)
    return found


def _end(parts: Sequence[Part], at: int) -> int:
    """Where the trace that begins here ends; `at` if none does."""
    if parts[at] is Part.PYTHON_HEAD:
        return _python_end(parts, at)
    if parts[at] is Part.GO_HEAD or (parts[at] is Part.GO_PART):
        return _skip(parts, at + 1, {Part.GO_PART, Part.INDENTED, Part.BLANK, Part.FRAME}, but_not_last=Part.BLANK)
    following = parts[at + 1] if at + 1 < len(parts) else Part.LINE
    begins = parts[at] in (Part.EXCEPTION, Part.LINE) and following in (Part.FRAME, Part.CAUSE)
    if begins or parts[at] is Part.CAUSE:
        return _skip(parts, at + 1, _BODY)
    return at


def _python_end(parts: Sequence[Part], at: int) -> int:
    end = _skip(parts, at + 1, _PYTHON_BODY)
    if end < len(parts) and parts[end] in (Part.EXCEPTION, Part.LINE):
        end += 1
    link = _skip(parts, end, {Part.BLANK})
    if link < len(parts) and parts[link] is Part.PYTHON_LINK:
        head = _skip(parts, link + 1, {Part.BLANK})
        return _python_end(parts, head) if head < len(parts) and parts[head] is Part.PYTHON_HEAD else link + 1
    return end


def _skip(parts: Sequence[Part], at: int, over: set[Part], but_not_last: Part | None = None) -> int:
    start = at
    while at < len(parts) and parts[at] in over:
        at += 1
    while but_not_last is not None and at > start and parts[at - 1] is but_not_last:
        at -= 1
    return at


def _root(parts: Sequence[Part], lines: Sequence[str]) -> str:
    if parts[0] is Part.PYTHON_HEAD:
        return next(
            (line for part, line in zip(parts[1:], lines[1:], strict=True) if part in (Part.EXCEPTION, Part.LINE)), ""
        )
    causes = [found for line in lines if (found := CAUSE.match(line)) and not line.lstrip().startswith("Suppressed")]
    if causes:
        return causes[-1][1] or causes[-1][2] or lines[0].strip()
    head = EXCEPTION.search(lines[0])
    return head[1] if head else lines[0].strip()


def _frame(lines: Sequence[str]) -> str:
    """The first frame of the application, innermost: Python prints that one last."""
    python = [found for line in lines if (found := _PYTHON_FRAME.match(line))]
    if python:
        first = lines.index(next(line for line in lines if _PYTHON_FRAME.match(line)))
        end = next((at for at in range(first, len(lines)) if not lines[at][:1].isspace()), len(lines))
        inner = [found for line in lines[first:end] if (found := _PYTHON_FRAME.match(line))]
        ours = [found for found in inner if not _LIBRARY_PATH.search(found[1])]
        return f"{ours[-1][1]}:{ours[-1][2]} {ours[-1][3] or ''}".strip() if ours else ""
    start = max((at for at, line in enumerate(lines) if CAUSE.match(line)), default=0)
    return _first_frame(lines[start:]) or _first_frame(lines)


def _first_frame(lines: Sequence[str]) -> str:
    for at, line in enumerate(lines):
        if (named := _named(line, lines[at + 1] if at + 1 < len(lines) else "")) and not _NOT_OURS.match(named):
            return named
    return ""


def _named(line: str, following: str) -> str:
    if (node := _NODE_FRAME.match(line)) and not _LIBRARY_PATH.search(node[2]):
        return f"{node[1] or ''} {node[2]}:{node[3]}".strip()
    if node:
        return ""
    if (dotnet := _DOTNET_FRAME.match(line)) and dotnet[2]:
        return f"{dotnet[1]} {dotnet[2]}:{dotnet[3]}"
    if java := _JAVA_FRAME.match(line):
        return f"{java[1]} ({java[2]})" if ":" in java[2] else java[1]
    if (go := _GO_FRAME.match(line)) and following.startswith("\t"):
        place = following.strip().split(" ")[0]
        return "" if _LIBRARY_PATH.search(place) else f"{go[1]} {place}"
    return ""
