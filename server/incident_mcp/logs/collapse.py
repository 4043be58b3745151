"""Whole blocks of a log with every word that holds a digit taken out, at the speed of memory.

Numbers, hex, addresses and ids all hold digits, and they are what makes each line of a log unique. `collapse` replaces
each such word by one mark, so lines that differ in nothing else become equal bytes, and Python needs to look at one
of them only.

It works on bits, one a character, 64 a machine word. To paint a whole word that holds a digit somewhere: in
`words + digits` a carry runs from each digit to its word's end, so what changed is what lies behind a digit; the same
with the bits reversed gives what lies before one. Words that are joined by one of `-./:` are painted through, so an
address, a date or a UUID is one mark and not five.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MARK = b"\x01"
GONE = b"\x00"
Bytes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ONE, _LAST = np.uint64(1), np.uint64(63)
_NEWLINE = np.uint8(10)
_A_KEPT = np.uint8(255)


@dataclass(frozen=True, slots=True)
class Collapsed:
    """A block of whole lines, its lines without what is unique in them, and where the marks stand.

    `marks` are offsets in the block; those of line `i` are `marks[first[i]:first[i + 1]]`. `starts` has one offset
    more than there are lines.
    """

    block: bytes
    raw: Bytes
    keys: list[bytes]
    starts: Places
    marks: Places
    first: Places


class Collapser:
    """Its scratch space is kept between blocks: fresh memory costs more than the work."""

    def __init__(self) -> None:
        self._space = np.empty((3, 0), np.uint8)
        self._byte = self._space[0]
        self._digit = self._word = self._byte.view(np.bool_)

    def __call__(self, block: bytes) -> Collapsed:
        """`block` ends with a newline and spaces to a multiple of 64 bytes, and holds neither byte 0 nor byte 1."""
        raw = np.frombuffer(block, np.uint8)
        self._classify(raw, block.isascii())
        digits, words = _pack(self._digit), _pack(self._word)
        painted = _painted(words, digits)
        np.subtract(raw, np.uint8(45), out=self._byte)
        np.less(self._byte, np.uint8(14), out=self._digit)  # `-./` and `:`, with the digits between them
        painted |= _pack(self._digit) & ~words & _up(painted) & _down(painted)
        return self._cut(block, raw, painted)

    def _classify(self, raw: Bytes, ascii_only: bool) -> None:
        if self._space.shape[1] < len(raw):
            self._space = np.empty((3, len(raw)), np.uint8)
        self._byte = self._space[0, : len(raw)]
        self._digit, self._word = (self._space[row, : len(raw)].view(np.bool_) for row in (1, 2))
        byte, digit, word = self._byte, self._digit, self._word
        np.subtract(raw, np.uint8(48), out=byte)
        np.less(byte, np.uint8(10), out=digit)
        np.bitwise_or(raw, np.uint8(32), out=byte)
        np.subtract(byte, np.uint8(97), out=byte)
        np.less(byte, np.uint8(26), out=word)
        np.logical_or(word, digit, out=word)
        if not ascii_only:
            np.logical_or(word, raw > 127, out=word)

    def _cut(self, block: bytes, raw: Bytes, painted: Bits) -> Collapsed:
        inside = np.unpackbits(painted.view(np.uint8), count=len(raw), bitorder="little")
        mark = self._digit.view(np.uint8)
        mark[0] = inside[0]
        np.greater(inside[1:], inside[:-1], out=mark[1:].view(np.bool_))
        kept = self._byte
        np.subtract(inside, np.uint8(1), out=kept)  # 255 is kept, 0 is not
        np.bitwise_and(kept, raw, out=kept)
        np.bitwise_or(kept, mark, out=kept)
        keys = kept.tobytes().translate(None, GONE).split(b"\n")
        keys.pop()
        np.equal(raw, _NEWLINE, out=self._word)
        np.bitwise_or(mark, self._word.view(np.uint8), out=mark)
        places = mark.view(np.bool_).nonzero()[0]
        ends = (raw[places] == _NEWLINE).nonzero()[0]
        first = np.empty(len(ends) + 1, np.int64)
        first[0] = 0
        np.add(ends, 1, out=first[1:])
        starts = np.empty(len(ends) + 1, np.int64)
        starts[0] = 0
        np.add(places[ends], 1, out=starts[1:])
        return Collapsed(block, raw, keys, starts, places, first)


def _pack(flags: npt.NDArray[np.bool_]) -> Bits:
    return np.packbits(flags, bitorder="little").view(np.uint64)


def _painted(words: Bits, digits: Bits) -> Bits:
    """The bits of all words that hold a digit."""
    behind = (_carried(words, digits) ^ words) & words | digits
    words, digits = _mirror(words), _mirror(digits)
    before = (_carried(words, digits) ^ words) & words | digits
    return behind | _mirror(before)


def _carried(words: Bits, digits: Bits) -> Bits:
    """`words + digits`, as one number of as many bits as there are characters."""
    total = words + digits
    carry = total < words
    while carry.any():
        following = total.copy()
        following[1:] += carry[:-1]
        carry = following < total
        total = following
    return total


def _mirror(bits: Bits) -> Bits:
    """All bits in the opposite order."""
    return np.frombuffer(bits.tobytes().translate(_REVERSED), np.uint8)[::-1].copy().view(np.uint64)


def _up(bits: Bits) -> Bits:
    """Each bit where the next character is."""
    moved = bits << _ONE
    moved[1:] |= bits[:-1] >> _LAST
    return moved


def _down(bits: Bits) -> Bits:
    """Each bit where the character before is."""
    moved = bits >> _ONE
    moved[:-1] |= bits[1:] << _LAST
    return moved
