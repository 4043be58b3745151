"""A number of 64 bits for what is left of each line of a block: equal for equal keys, and for no others.

Each span is read as words of eight bytes, the last one filled up with zeros, which no log holds: so the words of a line
say where its spans end. They are scrambled and added up, each times a power of its own; a line's power is taken off its
sum, so where in the block it stands makes no difference. The multipliers are drawn anew in each process, so nobody can
write two lines that are taken for one; by chance, 60,000 keys hold such a pair once in ten thousand million runs.
"""

import secrets

import numpy as np
import numpy.typing as npt

from incident_mcp.logs.collapse import Bits, Collapsed, Places

_MASKS = np.array([(1 << 8 * kept) - 1 for kept in range(8)], np.uint64)
_WIDTH = 1 << 64


class Fingerprints:
    """The tables of powers grow with the blocks that are seen."""

    def __init__(self) -> None:
        self._scramble, self._leading, self._trailing, self._last = (_odd() for _ in range(4))
        self._base = int(_odd())
        self._room = 0
        self._powers = self._inverses = np.zeros(0, np.uint64)
        self._steps = np.zeros(0, np.int64)

    def __call__(self, seen: Collapsed) -> Bits:
        """One number a line."""
        lengths = seen.ends - seen.begins
        counts = (lengths >> 3) + 1
        after = np.cumsum(counts)
        before = after - counts
        words = self._words(seen, seen.begins - (before << 3), counts)
        words[after - 1] &= _MASKS[lengths & 7]
        words *= self._scramble
        words.byteswap(inplace=True)
        words *= self._powers[: len(words)]
        first = before[seen.first]
        sums = np.add.reduceat(words, first)[:-1]
        sums *= self._inverses[first[:-1]]
        return self._with_ends(seen, sums)

    def _words(self, seen: Collapsed, starts: Places, counts: Places) -> Bits:
        places = np.repeat(starts, counts)
        if len(places) > self._room:
            self._make_room(len(places))
        places += self._steps[: len(places)]
        return eights(seen.raw)[places]

    def _with_ends(self, seen: Collapsed, sums: Bits) -> Bits:
        """With what no span tells: whether there are any, and whether a mark stands before or behind them."""
        sums *= seen.first[1:] > seen.first[:-1]
        sums += seen.leading.astype(np.uint64) * self._leading
        sums += seen.trailing() * self._trailing
        sums ^= sums >> np.uint64(32)
        sums *= self._last
        return sums

    def _make_room(self, words: int) -> None:
        self._room = max(1 << 18, 2 * words)
        self._powers = _powers(self._base, self._room)
        self._inverses = _powers(pow(self._base, -1, _WIDTH), self._room)
        self._steps = np.arange(self._room) << 3


def eights(raw: npt.NDArray[np.uint8]) -> Bits:
    """The eight bytes from each place on, as a number; nothing is copied."""
    return np.ndarray((len(raw) - 7,), np.dtype("<u8"), raw, 0, (1,))


def _odd() -> np.uint64:
    return np.uint64(secrets.randbits(64) | 1)


def _powers(base: int, count: int) -> Bits:
    """From the zeroth on."""
    powers = np.ones(count, np.uint64)
    done = 1
    while done < count:
        more = min(done, count - done)
        np.multiply(powers[:more], np.uint64(pow(base, done, _WIDTH)), out=powers[done : done + more])
        done += more
    return powers
