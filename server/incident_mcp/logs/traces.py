"""Stack traces as one event, with the exception that began it all and the first frame of the application itself.

Python prints the first exception first and the last one last; Java and .NET nest: the innermost cause is the first.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from incident_mcp.logs.parts import CAUSE, EXCEPTION, Part, part_of

LONGEST = 400
"""Lines of one trace that are looked at."""
_BODY = {Part.FRAME, Part.CAUSE, Part.INDENTED}
_NESTED = {*_BODY, Part.PYTHON_HEAD, Part.GROUP_HEAD, Part.GO_PART}
_GO_BODY = {Part.GO_PART, Part.INDENTED, Part.BLANK, Part.FRAME}
_MESSAGE = 10
"""Lines that an exception's message may go on."""
_SOURCE = 8
"""Lines from where Node says that something was thrown to what was."""
_PANIC = re.compile(r"(?:http2?: panic serving|panic:|fatal error:) .*", re.DOTALL)
_THROWN = re.compile(r"\w*Error(?: \[\w+\])?: .*", re.DOTALL)
_GROUPED = re.compile(r"^[\s|+]+")
_GROUPS = ("ExceptionGroup", "BaseExceptionGroup")
_PYTHON_BODY = {Part.FRAME, Part.INDENTED, Part.CAUSE, Part.GO_PART}
_JAVA_FRAME = re.compile(r"\s+at ([\w.$/@<>-]+)\(([^)]*)\)")
_NODE_FRAME = re.compile(
    r"\s+at (?:async )?(?:([\w.$<> \[\]]+) \()?((?:file:|/|[A-Z]:\\|node:)[^)]*?):(\d+)(?::\d+)?\)?(?: \{)?$"
)
_DOTNET_FRAME = re.compile(r"\s+at ([\w.`<>+\[\]]+)\([^)]*\)(?: in (.+):line (\d+))?")
_PYTHON_FRAME = re.compile(r"[\s|]+File \"([^\"]+)\", line (\d+)(?:, in (.+))?")
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
        end = _end(parts, lines, at)
        if end > at + 1:
            mine = lines[at : min(end, at + LONGEST)]
            found.append(Trace(at, end, _root(parts[at : at + len(mine)], mine), _frame(mine)))
        at = max(end, at + 1)
    return found


def _end(parts: Sequence[Part], lines: Sequence[str], at: int) -> int:
    """Where the trace that begins here ends; `at` if none does."""
    match parts[at]:
        case Part.PYTHON_HEAD:
            return _python_end(parts, lines, at)
        case Part.GROUP_HEAD | Part.LOGGED_HEAD:
            return _skip(parts, at + 1, _NESTED)
        case Part.GO_HEAD | Part.GO_PART:
            return _skip(parts, at + 1, _GO_BODY, but_not_last=Part.BLANK)
        case Part.CAUSE:
            return _more(parts, _skip(parts, at + 1, _BODY))
        case _:
            frames = _frames(parts, at)
            return _more(parts, _skip(parts, frames, _BODY)) if frames else at


def _frames(parts: Sequence[Part], at: int) -> int:
    """Where the frames of a trace begin whose head stands at `at`; 0 where there is none.

    A head may go on in indented lines, if it names an exception; before one of Node's stands the source.
    """
    if parts[at] is Part.NODE_HEAD:
        heads = (_frames(parts, each) for each in range(at + 1, min(at + _SOURCE, len(parts))))
        return next((frames for frames in heads if frames), 0)
    following = at + 1
    if parts[at] is Part.EXCEPTION:
        following = min(_skip(parts, following, {Part.INDENTED, Part.BLANK}), at + _MESSAGE)
    begins = parts[at] in (Part.EXCEPTION, Part.LINE) and following < len(parts)
    return following if begins and parts[following] in (Part.FRAME, Part.CAUSE) else 0


def _python_end(parts: Sequence[Part], lines: Sequence[str], at: int) -> int:
    end = _skip(parts, at + 1, _PYTHON_BODY)
    if end < len(parts) and parts[end] in (Part.EXCEPTION, Part.LINE):
        end = _more(parts, _fields(parts, lines, end))
    link = _skip(parts, end, {Part.BLANK})
    if link < len(parts) and parts[link] is Part.PYTHON_LINK:
        head = _skip(parts, link + 1, {Part.BLANK})
        going_on = head < len(parts) and parts[head] is Part.PYTHON_HEAD
        return _python_end(parts, lines, head) if going_on else link + 1
    return end


def _fields(parts: Sequence[Part], lines: Sequence[str], at: int) -> int:
    """The end of an exception's message; pydantic's has a line for each field, and says below what is wrong with it."""
    end = _skip(parts, at + 1, {Part.INDENTED})
    if "validation error" in lines[at]:
        while end + 1 < len(parts) and parts[end] is Part.LINE and parts[end + 1] is Part.INDENTED:
            end = _skip(parts, end + 1, {Part.INDENTED})
    return end


def _more(parts: Sequence[Part], at: int) -> int:
    """Behind what was added to a trace, blank lines in between included."""
    while (following := _skip(parts, at, {Part.BLANK})) < len(parts) and parts[following] is Part.MORE:
        at = _skip(parts, following + 1, {Part.INDENTED, Part.MORE})
    return at


def _skip(parts: Sequence[Part], at: int, over: set[Part], but_not_last: Part | None = None) -> int:
    start = at
    while at < len(parts) and parts[at] in over:
        at += 1
    while but_not_last is not None and at > start and parts[at - 1] is but_not_last:
        at -= 1
    return at


def _root(parts: Sequence[Part], lines: Sequence[str]) -> str:
    match parts[0]:
        case Part.PYTHON_HEAD:
            ends = zip(parts[1:], lines[1:], strict=True)
            return next((line for part, line in ends if part in (Part.EXCEPTION, Part.LINE)), "")
        case Part.GROUP_HEAD:
            return _first_leaf(lines)
        case Part.GO_HEAD:
            panic = _PANIC.search(lines[0])
            return panic[0].strip() if panic else lines[0].strip()
        case _:
            return _innermost(parts, lines).removesuffix(" {")


def _innermost(parts: Sequence[Part], lines: Sequence[str]) -> str:
    causes = [found for line in lines if (found := CAUSE.match(line)) and not line.lstrip().startswith("Suppressed")]
    if causes:
        return next((each for each in causes[-1].groups() if each), lines[0].strip())
    if parts[0] not in (Part.NODE_HEAD, Part.LOGGED_HEAD):
        head = EXCEPTION.search(lines[0])
        return head[1] if head else lines[0].strip()
    thrown = (found[0] for line in lines[1:] if (found := _THROWN.match(line) or EXCEPTION.match(line.strip())))
    return next(thrown, lines[1].strip())


def _first_leaf(lines: Sequence[str]) -> str:
    """Of an exception group: the first of the exceptions in it."""
    told = [found[1] for line in lines if (found := EXCEPTION.match(_GROUPED.sub("", line)))]
    return next((each for each in told if not each.startswith(_GROUPS)), told[0] if told else lines[0].strip())


def _frame(lines: Sequence[str]) -> str:
    """The first frame of the application, innermost: Python prints that one last."""
    python = [found for line in lines if (found := _PYTHON_FRAME.match(line))]
    if python:
        first = lines.index(next(line for line in lines if _PYTHON_FRAME.match(line)))
        outside = (at for at in range(first, len(lines)) if not lines[at][:1].isspace() or " +-" in lines[at])
        end = next(outside, len(lines))
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


def trace_of(text: str) -> Trace | None:
    """The trace that a text of many lines is, as a field of a JSON line holds it."""
    lines = text.split("\n")[:LONGEST]
    found = traces_in([part_of(line) for line in lines], lines)
    return found[0] if found else None
