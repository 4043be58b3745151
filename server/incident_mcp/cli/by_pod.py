"""Lines of many pods in one stream, as `kubectl logs -l app=shop --prefix -f` writes them.

Each line begins with whose it is, so traces of several pods can be told apart although their rows interleave: each
pod's lines are read together. A trace is cut only where a piece of the stream ends.
"""

import re
from collections import defaultdict
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from incident_mcp.logs.analysis import LogAnalysis

LONGEST = 2 * 1024 * 1024
"""Bytes: of a line that does not end the head is enough."""
_PREFIX = re.compile(rb"\[pod/[^\]\s]{3,400}\] ")


def is_prefixed(piece: bytes) -> bool:
    """By its first line."""
    return _PREFIX.match(piece) is not None


class ByPod:
    """One stream. `kinds` is where `analysis` writes the kind of each line; they are put back into the lines' order."""

    def __init__(self, analysis: "LogAnalysis", kinds: BinaryIO, *, baseline: bool) -> None:
        self._analysis = analysis
        self._kinds = kinds
        self._baseline = baseline
        self._rest = b""

    def feed(self, piece: bytes) -> bytes:
        """More of it, cut anywhere. Its whole lines without their prefix, in their order."""
        whole = self._rest + piece
        end = whole.rfind(b"\n") + 1
        self._rest = whole[end : end + LONGEST]
        return self._read(whole[:end])

    def close(self) -> bytes:
        """The last line, which needs no newline."""
        rest, self._rest = self._rest, b""
        return self._read(rest)

    def _read(self, text: bytes) -> bytes:
        if not text:
            return b""
        rows: defaultdict[bytes, list[int]] = defaultdict(list)
        lines = text.removesuffix(b"\n").split(b"\n")
        for number, line in enumerate(lines):
            prefix = _PREFIX.match(line)
            rows[prefix[0] if prefix else b""].append(number)
            lines[number] = line[prefix.end() :] if prefix else line
        start = self._kinds.tell()
        for mine in rows.values():
            source = self._analysis.source(baseline=self._baseline)
            self._analysis.feed(source, b"\n".join([*(lines[number] for number in mine), b""]))
            self._analysis.close(source)
        self._put_back(start, [number for mine in rows.values() for number in mine])
        return b"\n".join([*lines, b""])

    def _put_back(self, start: int, order: list[int]) -> None:
        import numpy as np

        self._kinds.seek(start)
        found = np.frombuffer(self._kinds.read(), "<i4")
        kinds = np.empty_like(found)
        kinds[order] = found
        self._kinds.seek(start)
        self._kinds.write(kinds.tobytes())
