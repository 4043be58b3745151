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


PYTHON_HEAD = "Traceback (most recent call last):"
EXCEPTION = re.compile(
    r"(?:Exception in thread \"[^\"]*\" |Unhandled [Ee]xception[.:] |Uncaught (?:Exception: )?)?"
    r"((?:[A-Za-z_$][\w$]*[./])*[A-Za-z_$][\w$]*(?:Error|Exception|Throwable|Interrupt|Exit|Fault|Timeout)\b"
    r"(?: \[[A-Z_]+\])?(?:: .*|:?$))",
    re.DOTALL,
)
CAUSE = re.compile(
    r"\s*(?:Caused by|Suppressed|\[cause\]|--->|---> \(Inner Exception #\d+\)): ?(.*)|\s*---> (.*)", re.DOTALL
)
_FRAME = re.compile(
    r"\s+at (?:async |new )?[\w.$<>/@:\[\]`-]+[ (]|\s+at (?:file|node|/)\S+|\s+at .+ in .+:line \d+"
    r"|\s+\.\.\. \d+ (?:more|common frames omitted)|\s+--- End of inner|--- End of stack"
)
_GO_HEAD = re.compile(r"(?:panic|fatal error): ")
_GO_PART = re.compile(
    r"goroutine \d+ \[|\[signal |\[recovered|created by |exit status \d+$|panic\("
    r"|[\w./-]+\.[\w.()*{}\[\]…-]+\(.*\)$|\t\S+\.go:\d+"
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
    if line.startswith(PYTHON_HEAD) or line.endswith(PYTHON_HEAD):
        return Part.PYTHON_HEAD
    if line.startswith("Caused by: "):
        return Part.CAUSE
    if line.strip() in _LINKS:
        return Part.PYTHON_LINK
    if _GO_HEAD.match(line):
        return Part.GO_HEAD
    if _GO_PART.match(line):
        return Part.GO_PART
    if line.startswith("--- End of stack"):
        return Part.FRAME
    return Part.EXCEPTION if EXCEPTION.match(line) else Part.LINE


def _indented(line: str) -> Part:
    if PYTHON_HEAD in line:
        return Part.PYTHON_HEAD
    if CAUSE.match(line):
        return Part.CAUSE
    if line[0] == "\t" and _GO_PART.match(line):
        return Part.GO_PART
    return Part.FRAME if _FRAME.match(line) else Part.INDENTED
