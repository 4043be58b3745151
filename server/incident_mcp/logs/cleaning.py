"""A block of a log without what only a terminal needs: colours, carriage returns, and the two bytes that we use."""

import re

from incident_mcp.logs.collapse import GONE, MARK

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_LEFT = bytes.maketrans(GONE + MARK + b"\x1b", b"   ")


def cleaned(block: bytes) -> bytes:
    """Each of its lines stays one line. Cleaning what is clean changes nothing."""
    if b"\r" in block:
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b" ")
    escapes = b"\x1b" in block
    if escapes:
        block = _ESCAPES.sub(b"", block)
    if escapes or GONE in block or MARK in block:
        block = block.translate(_LEFT)
    return block
