"""What Python finds out about a kind of line from the first line of that kind: it sees one in many thousands."""

import re
from dataclasses import dataclass

from incident_mcp.logs.clocks import Stamp, find_stamp
from incident_mcp.logs.codes import Code, find_code
from incident_mcp.logs.heads import message_of
from incident_mcp.logs.levels import Level
from incident_mcp.logs.parts import Part, part_of

LONGEST = 4000
"""Bytes of a line that are looked at."""
_KUBELET = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?")


@dataclass(frozen=True, slots=True)
class Shape:
    """`text` is the message, without stamps, levels and the like; `body` the line without the kubelet's stamp."""

    level: Level
    text: str
    body: str
    part: Part
    stamp: Stamp | None
    code: Code | None
    line: bytes
    trace: bool = False
    """It is a whole stack trace, and `text` is its root exception."""


def shape_of(line: bytes) -> Shape:
    """Undecodable bytes are replaced."""
    line = line[:LONGEST]
    skipped, body = len(line) - len(without_stamp(line)), body_of(line)
    level, text = message_of(body)
    return Shape(level, text, body, part_of(body), find_stamp(line), _code(line, skipped), line)


def body_of(line: bytes) -> str:
    """The line without what the kubelet wrote before it."""
    return without_stamp(line[:LONGEST]).decode("utf-8", "replace")


def without_stamp(line: bytes) -> bytes:
    """Without what the kubelet wrote before it."""
    kubelet = _KUBELET.match(line)
    return line[kubelet.end() :] if kubelet else line


def _code(line: bytes, skipped: int) -> Code | None:
    found = find_code(line[skipped:])
    return Code(found.offset + skipped, found.value, found.exit) if found else None
