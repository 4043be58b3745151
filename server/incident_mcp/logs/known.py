"""Which kind each fingerprint stands for, asked for thousands at once: a hash table of arrays.

A fingerprint's first bits are its slot. One that finds another's there goes on to the next slot, and all that have to
go on go together. At most half of the slots are taken, so a few rounds are enough.
"""

from collections.abc import Iterable

import numpy as np

from incident_mcp.logs.collapse import Bits, Places
from incident_mcp.logs.ledger import Kinds

UNKNOWN = -1


class Known:
    """What it holds is exact, and stays."""

    def __init__(self) -> None:
        self._prints = np.zeros(0, np.uint64)
        self._kinds = np.zeros(0, np.int64)
        self._count = 0
        self._resize(14)

    def __len__(self) -> int:
        return self._count

    def __call__(self, prints: Bits) -> Kinds:
        """The kind of each, `UNKNOWN` for those that were never added."""
        slots = self._slots(prints)
        kinds = self._kinds[slots]
        elsewhere = ((self._prints[slots] != prints) & (kinds != UNKNOWN)).nonzero()[0]
        while len(elsewhere):
            slots[elsewhere] = slot = (slots[elsewhere] + 1) & self._mask
            kinds[elsewhere] = kind = self._kinds[slot]
            elsewhere = elsewhere[(self._prints[slot] != prints[elsewhere]) & (kind != UNKNOWN)]
        return kinds

    def add(self, prints: Bits, kinds: Kinds) -> None:
        """Different ones that are all unknown."""
        self._count += len(prints)
        if 2 * self._count > len(self._kinds):
            self._resize(max(2, 4 * self._count).bit_length())
        self._put(prints, kinds)

    def _resize(self, bits: int) -> None:
        taken = self._kinds != UNKNOWN
        prints, kinds = self._prints[taken], self._kinds[taken]
        self._shift, self._mask = np.uint64(64 - bits), (1 << bits) - 1
        self._prints = np.zeros(1 << bits, np.uint64)
        self._kinds = np.full(1 << bits, UNKNOWN, np.int64)
        self._put(prints, kinds)

    def _put(self, prints: Bits, kinds: Kinds) -> None:
        each: Iterable[tuple[int, int]] = zip(self._slots(prints).tolist(), range(len(prints)), strict=True)
        for slot, at in each:
            while self._kinds[slot] != UNKNOWN:
                slot = (slot + 1) & self._mask
            self._prints[slot], self._kinds[slot] = prints[at], kinds[at]

    def _slots(self, prints: Bits) -> Places:
        return (prints >> self._shift).astype(np.int64)
