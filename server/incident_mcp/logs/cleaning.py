"""A block of a log without what only a terminal needs: colours, carriage returns, and the two bytes that we use."""

import re

from incident_mcp.logs.collapse import GONE, MARK

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_OURS = bytes.maketrans(GONE + MARK, b"  ")


def cleaned(block: bytes) -> bytes:
    """Each of its lines stays one line."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    if b"\x1b" in block:
        block = _ESCAPES.sub(b"", block)
    if GONE in block or MARK in block:
        block = block.translate(_OURS)
    return block
