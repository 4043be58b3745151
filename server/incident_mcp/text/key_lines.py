"""A private key that was logged line by line: each of its lines is an entry of its own, and says nothing by itself.

So it is masked where the lines of one log still stand in order, by its head or its foot: a log may be cut between them.
A line may hold more (a time, a level, the names of a JSON object); of a key's line only its base64 is taken out: what
is long enough wherever it stands, and what is shorter at the line's end, as a key's last line.
"""

import re
from collections.abc import Iterator

_HEAD = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_FOOT = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_RUN = rb"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{%d,}={0,2}"
_PART = re.compile(_RUN % 20 + rb"(?![A-Za-z0-9+/=])|" + _RUN % 4 + rb"(?=[\"'}\]]{0,3}\s*$)")
_FULL = re.compile(_RUN % 60 + rb"(?![A-Za-z0-9+/=])")
"""Before a foot without a head, a line is taken for the key's only if it is as long as those are."""
_MARK = b"[masked: private key]"
MOST = 200
"""Lines of the longest key: 16,384 bits have as many."""


def mask_key_lines(log: bytes) -> bytes:
    """The log with the lines between a key's head and its foot masked; how many lines there are stays."""
    if b"PRIVATE KEY" not in log:
        return log
    lines = log.split(b"\n")
    for number in {*_after_heads(lines), *_before_feet(lines)}:
        lines[number] = _PART.sub(_MARK, lines[number])
    return b"\n".join(lines)


def _after_heads(lines: list[bytes]) -> Iterator[int]:
    left = 0
    for number, line in enumerate(lines):
        if b"-----" in line:
            left = MOST if _HEAD.search(line) and not _FOOT.search(line) else 0
        elif left:
            left -= 1
            yield number


def _before_feet(lines: list[bytes]) -> Iterator[int]:
    feet = [number for number, line in enumerate(lines) if _ends_another(line)]
    for foot in feet:
        if foot and _PART.search(lines[foot - 1]):
            yield foot - 1  # its last line is shorter
        for number in range(foot - 2, max(foot - MOST, -1), -1):
            if not _FULL.search(lines[number]):
                break
            yield number


def _ends_another(line: bytes) -> bool:
    """Whether a key's foot stands here without its head."""
    return b"-----" in line and _FOOT.search(line) is not None and not _HEAD.search(line)
