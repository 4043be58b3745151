"""Status codes and exit codes: the numbers that must not be masked away.

Two lines that differ in nothing but `200` and `503` are of one template and say opposite things, so each code of a
kind of line is a *variant* with its own counts. A kind whose first line has a code where these patterns look for one
gets a slot: which mark of its lines holds the code.
"""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from incident_mcp.logs.collapse import Collapsed
from incident_mcp.logs.ledger import Kinds
from incident_mcp.logs.levels import Level

_LOOKED_AT = 1500
_EXIT = re.compile(
    rb"(?i)\bexit(?:ed|s|ing)?[ _-]?(?:with )?(?:a )?(?:non-?zero )?(?:exit )?(?:code|status)?"
    rb"[\"']?[ :=(]+[\"']?(\d{1,3})\b"
)
_OTHER = re.compile(
    rb"\" ([1-5]\d\d)(?= [\d-])"
    rb"|(?i:status|status[_-]?code|response[_-]?code|http[_-]?code|\bcode|\brc)"
    rb"[\"']?[ :=]{1,3}(?:HTTP )?[\"']?(\d{1,5})\b"
    rb"|\bHTTP(?:/\d(?:\.\d)?)?\"?:? ([1-5]\d\d)\b"
    rb"|(?i:returned|responded|response|answered|got)(?: with)?(?: a)?(?: status)?[: ]+([1-5]\d\d)\b"
    rb"|\b([45]\d\d) (?:Service Unavailable|Bad Gateway|Internal Server Error|Gateway Time"
    rb"|Not Found|Too Many|Forbidden)"
    rb"|(?i:errno)[ :=\]]{1,3}(\d{1,3})\b|(?i:signal)[ :=]{1,3}(\d{1,2})\b"
    rb"|\bORA-(\d{5})\b|(?i:sqlstate)[ :=\[]{1,3}(\d{5})\b"
)
COLUMNS = 128
"""Different codes that are told apart; later ones share the last column."""
ROWS = 40_000
_NONE = 100_000


@dataclass(frozen=True, slots=True)
class Code:
    """A code in a line: where it stands, and whether it is how a process ended."""

    offset: int
    value: int
    exit: bool = False


def find_code(line: bytes) -> Code | None:
    """The most telling code of a line."""
    head = line[:_LOOKED_AT]
    if found := _EXIT.search(head):
        return Code(found.start(1), int(found[1]), exit=True)
    if found := _OTHER.search(head):
        group = found.lastindex or 0
        return Code(found.start(group), int(found[group]))
    return None


def level_with(level: Level, code: int, *, exit_code: bool) -> Level:
    """A served 503 is an error whatever the line calls itself, and so is a process that ended badly."""
    if exit_code:
        return "error" if code not in (0, 143) else level
    if 500 <= code <= 599:
        return "error"
    return "warning" if level == "info" and code in (401, 403, 429, 499) else level


class Variants:
    """The kinds that stand for one code of a kind."""

    def __init__(self) -> None:
        self._slot = np.full(0, -1, np.int16)
        self._row = np.full(0, -1, np.int32)
        self._table = np.full((0, COLUMNS), -1, np.int64)
        self._rows = 0
        self._column = np.full(_NONE + 1, -1, np.int16)
        self._columns = 0
        self.of: dict[int, tuple[int, int]] = {}
        """Of a variant: the kind it is a variant of, and its code."""

    def grow(self, kinds: int) -> None:
        """Make room for so many kinds."""
        if kinds > len(self._slot):
            more = max(1024, kinds, 2 * len(self._slot)) - len(self._slot)
            self._slot = np.concatenate((self._slot, np.full(more, -1, np.int16)))
            self._row = np.concatenate((self._row, np.full(more, -1, np.int32)))

    def watch(self, kind: int, mark: int) -> None:
        """The code of this kind stands at its lines' `mark`th mark."""
        if self._rows == ROWS or mark > 30_000:
            return
        if self._rows == len(self._table):
            self._table = np.concatenate((self._table, np.full((max(256, self._rows), COLUMNS), -1, np.int64)))
        self._slot[kind], self._row[kind] = mark, self._rows
        self._rows += 1

    def split(self, seen: Collapsed, kinds: Kinds) -> list[tuple[int, int, int]]:
        """Put variants for kinds, in place; what is new comes back as line, kind and code, and is split next time."""
        lines = (self._slot[kinds] >= 0).nonzero()[0]
        if not len(lines):
            return []
        which = kinds[lines]
        codes = _codes(seen, seen.places(lines, self._slot[which].astype(np.int64)))
        rows, columns = self._row[which], self._columns_of(codes)
        found = self._table[rows, columns]
        kinds[lines] = np.where(found >= 0, found, which)
        missing = (found < 0).nonzero()[0]
        if not len(missing):
            return []
        _, at = np.unique(rows[missing].astype(np.int64) * COLUMNS + columns[missing], return_index=True)
        new = missing[at]
        return list(zip(lines[new].tolist(), which[new].tolist(), codes[new].tolist(), strict=True))

    def add(self, kind: int, code: int, variant: int) -> None:
        """From now on, lines of this kind with this code are of kind `variant`."""
        self._table[self._row[kind], self._columns_of(np.array([code]))[0]] = variant
        self.of[variant] = (kind, code)

    def _columns_of(self, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.int16]:
        columns = self._column[codes]
        if (columns < 0).any():
            for code in np.unique(codes[columns < 0]).tolist():
                self._column[code] = min(self._columns, COLUMNS - 1)
                self._columns += 1
            columns = self._column[codes]
        return columns


def _codes(seen: Collapsed, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The number that starts at each place, up to five digits."""
    value = np.zeros(len(at), np.int64)
    going = np.ones(len(at), np.bool_)
    for step in range(5):
        digit = seen.raw[at + step] - np.uint8(48)
        going &= digit < 10
        if not going.any():
            break
        value = np.where(going, value * 10 + digit, value)
    return value
