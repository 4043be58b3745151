"""Which part of a stack trace a line is, in the forms of Java, Python, Go, Node and .NET."""

import re
from enum import IntEnum


class Part(IntEnum):
    """`LINE` is none. An `INDENTED` line belongs to a trace only if one is open."""

    LINE = 0
    BLANK = 1
    INDENTED = 2
    FRAME = 3
    CAUSE = 4
    EXCEPTION = 5
    PYTHON_HEAD = 6
    PYTHON_LINK = 7
    GO_HEAD = 8
    GO_PART = 9
    GROUP_HEAD = 10
    """Of a Python exception group, all of whose lines are indented."""
    LOGGED_HEAD = 11
    """An error as .NET's console logger writes it: level and category, then an indented message."""
    NODE_HEAD = 12
    """Node shows the source line that threw before it says what was thrown."""
    MORE = 13
    """What a database or runtime adds behind a trace; by itself it is a line."""


PYTHON_HEAD = "Traceback (most recent call last):"
EXCEPTION = re.compile(
    r"(?:Exception in thread \"[^\"]*\" |Unhandled [Ee]xception[.:] |Uncaught (?:Exception: )?)?"
    r"((?:[A-Za-z_$][\w$]*[./])*[A-Za-z_$][\w$]*(?:Error|Exception|Throwable|Interrupt|Exit|Fault|Timeout)\b"
    r"(?: \[[A-Z_]+\])?(?:: .*|:?$))",
    re.DOTALL,
)
CAUSE = re.compile(
    r"\s*(?:Caused by|Suppressed|\[cause\]|--->|---> \(Inner Exception #\d+\)): ?(.*)|\s*---> (.*)"
    r"|\s+cause: (?=[\w.]*(?:Error|Exception)\b)(.*)",
    re.DOTALL,
)
_FRAME = re.compile(
    r"\s+at (?:async |new )?[\w.$<>/@:\[\]`-]+[ (]|\s+at (?:file|node|/)\S+|\s+at .+ in .+:line \d+"
    r"|\s+\.\.\. \d+ (?:more|common frames omitted)|\s+--- End of inner|--- End of stack"
)
_GO_HEAD = re.compile(r"(?:panic|fatal error): |.{0,60}?\bhttp2?: panic serving \S+: ")
_GROUP_HEAD = "Exception Group Traceback (most recent call last):"
_LOGGED_HEAD = re.compile(r"(?:fail|crit): [\w.`+<>-]+\[\d+\]$")
_NODE_HEAD = re.compile(r"(?:file://)?(?:/|[A-Z]:\\|node:)[^\s:]+:\d+$")
_MORE = re.compile(
    r"[}\]]$|Node\.js v\d|LINE \d+: |DETAIL: |HINT: |\[SQL: |\[parameters: |\(Background on this error at: "
)
_GO_PART = re.compile(
    r"goroutine \d+ \[|\[signal |\[recovered|created by |exit status \d+$|panic\("
    r"|[\w./-]+\.[\w.()*{}\[\]…-]+\(.*\)$|\t\S+\.go:\d+"
)
_HEADS = (
    (Part.GO_HEAD, _GO_HEAD),
    (Part.GO_PART, _GO_PART),
    (Part.LOGGED_HEAD, _LOGGED_HEAD),
    (Part.NODE_HEAD, _NODE_HEAD),
    (Part.MORE, _MORE),
)
_LINKS = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)


def part_of(line: str) -> Part:
    """`line` is without the kubelet's stamp."""
    if not line.strip():
        return Part.BLANK
    if line[0] in " \t":
        return _indented(line)
    if _GROUP_HEAD in line:
        return Part.GROUP_HEAD
    if line.startswith(PYTHON_HEAD) or line.endswith(PYTHON_HEAD):
        return Part.PYTHON_HEAD
    if line.startswith("Caused by: "):
        return Part.CAUSE
    if line.strip() in _LINKS:
        return Part.PYTHON_LINK
    if line.startswith("--- End of stack"):
        return Part.FRAME
    for part, pattern in _HEADS:
        if pattern.match(line):
            return part
    return Part.EXCEPTION if EXCEPTION.match(line) else Part.LINE


def _indented(line: str) -> Part:
    if _GROUP_HEAD in line:
        return Part.GROUP_HEAD
    if PYTHON_HEAD in line:
        return Part.PYTHON_HEAD
    if CAUSE.match(line):
        return Part.CAUSE
    if line[0] == "\t" and _GO_PART.match(line):
        return Part.GO_PART
    return Part.FRAME if _FRAME.match(line) else Part.INDENTED
