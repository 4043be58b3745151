"""Whole blocks of a log with every word that holds a digit taken out, at the speed of memory.

Numbers, hex, addresses and ids all hold digits, and they are what makes each line of a log unique. `Collapser` finds
what stands between them: two lines whose *spans* are equal differ in nothing but such words, and Python needs to look
at one of them only.

It works on bits, one a character, 64 a machine word. To paint a whole word that holds a digit somewhere: in
`words + digits` a carry runs from each digit to its word's end, so what changed is what lies behind a digit; the same
with the bits reversed gives what lies before one. Words that are joined by one of `-./:` are painted through, so an
address, a date or a UUID is one mark and not five; a UUID also if a part of it happens to be four letters.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MARK = b"\x01"
"""Stands for a painted word in a key."""
GONE = b"\x00"
REACH = 48
"""Bytes behind a line's end that may be looked at."""
AHEAD = REACH + 64
"""Bytes that a block needs behind its last line, whatever they hold."""
Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Bits = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ONE, _LAST, _ALL = np.uint64(1), np.uint64(63), np.uint64(0xFFFFFFFFFFFFFFFF)
_NEWLINE, _DASH = np.uint8(10), np.uint8(45)


@dataclass(frozen=True, slots=True)
class Collapsed:
    """A block of whole lines, and the spans that are left of them. All places are offsets in the block.

    The spans of line `i` are those from `first[i]` to `first[i + 1]`; behind each stands a mark or the line's end.
    `leading` is 1 for a line that begins with a mark. `starts` and `first` have one item more than there are lines, and
    one span more follows those of the last line.
    """

    raw: Bytes
    starts: Places
    begins: Places
    ends: Places
    first: Places
    leading: Places

    def __len__(self) -> int:
        return len(self.leading)

    def head(self, lines: int) -> "Collapsed":
        """Its first lines only."""
        return Collapsed(
            self.raw,
            self.starts[: lines + 1],
            self.begins,
            self.ends,
            self.first[: lines + 1],
            self.leading[:lines],
        )

    def line(self, number: int) -> bytes:
        """As it was written, without its newline."""
        return self.raw[self.starts[number] : self.starts[number + 1] - 1].tobytes()

    def keys(self, lines: Places) -> list[bytes]:
        """Each line with one `MARK` for each word that is gone."""
        text = self.raw.data
        first, counts = self.first[lines], self.first[lines + 1] - self.first[lines]
        after = np.cumsum(counts)
        spans = np.repeat(first - after + counts, counts) + np.arange(int(counts.sum()))
        left = [text[b:e] for b, e in zip(self.begins[spans].tolist(), self.ends[spans].tolist(), strict=True)]
        keys = [MARK.join(left[end - count : end]) for count, end in zip(counts.tolist(), after.tolist(), strict=True)]
        leads, trails = self.leading[lines].tolist(), self.trailing(lines).tolist()
        return [MARK * lead + key + MARK * trail for lead, key, trail in zip(leads, keys, trails, strict=True)]

    def trailing(self, lines: Places | slice = slice(None)) -> Flags:
        """Whether a mark stands behind the last span of each of these lines."""
        after = self.first[1:][lines]
        return (after > self.first[:-1][lines]) & (self.ends[after - 1] != self.starts[1:][lines] - 1)

    def marks(self, number: int) -> list[int]:
        """Where in the line its marks stand."""
        start, (first, after) = self.starts[number], self.first[number : number + 2]
        ends = (self.ends[first:after] - start).tolist()
        return [0] * int(self.leading[number]) + [end for end in ends if end < self.starts[number + 1] - 1 - start]

    def places(self, lines: Places | slice, marks: Places) -> Places:
        """Where in the block the mark of that number stands, for each of these lines; it may have less marks."""
        first = self.first[:-1][lines]
        span = first + marks
        span -= self.leading[lines]
        found = self.ends[np.clip(span, 0, len(self.ends) - 1)]
        return np.where(span < first, self.starts[:-1][lines], found)


class Collapser:
    """Its scratch space is kept between blocks: fresh memory costs more than the work."""

    def __init__(self) -> None:
        self._space = np.empty((2, 0), np.uint8)

    def __call__(self, raw: Bytes, size: int) -> Collapsed:
        """The lines in the first `size` bytes, of which the last is a newline. Byte 0 is not among them.

        What stands behind them, `AHEAD` bytes at least, may be anything.
        """
        raw = raw[: size + REACH + -(size + REACH) % 64]
        if self._space.shape[1] < len(raw):
            self._space = np.empty((2, len(raw)), np.uint8)
        byte, flags = self._space[0, : len(raw)], self._space[1, : len(raw)].view(np.bool_)
        painted = _painted(raw, byte, flags)
        np.equal(raw, _NEWLINE, out=flags)
        newlines = _pack(flags)
        begins, ends = _without_hex_parts(raw, *_spans(painted | newlines, size))
        lines = _places(newlines)
        return _lines(raw, lines[: np.searchsorted(lines, size)], begins, ends)


def _painted(raw: Bytes, byte: Bytes, flags: Flags) -> Bits:
    """The bits of all words that hold a digit, and of what joins them. `byte` and `flags` are scratch space."""
    np.subtract(raw, np.uint8(48), out=byte)
    digits, digits_back = _pack(np.less(byte, np.uint8(10), out=flags)), _pack_backwards(flags)
    np.bitwise_or(raw, np.uint8(32), out=byte)
    np.subtract(byte, np.uint8(97), out=byte)
    np.less(byte, np.uint8(26), out=flags)
    if raw.max() > 127:
        flags |= raw > 127
    words, words_back = _pack(flags) | digits, _pack_backwards(flags) | digits_back
    painted = _filled(words, digits)
    painted |= _reversed(_filled(words_back, digits_back))
    np.subtract(raw, np.uint8(45), out=byte)
    joins = _pack(np.less(byte, np.uint8(14), out=flags))  # `-./` and `:`, with the digits between them
    painted |= joins & ~words & _up(painted) & _down(painted)
    return painted


def _spans(gone: Bits, size: int) -> tuple[Places, Places]:
    """Where that begins and ends which is not gone: wherever a bit differs from the one before it. One span more
    follows: two of the bits behind `size`, which are all set."""
    edges = gone ^ _up(gone)
    edges[0] ^= _ONE
    whole, more = divmod(size, 64)
    edges[whole] &= (_ONE << np.uint64(more)) - _ONE
    edges[whole] |= _ALL << np.uint64(more)
    edges[whole + 1 :] = _ALL
    places = _places(edges)
    count = 2 * (int(np.searchsorted(places, size)) // 2 + 1)
    return places[0:count:2], places[1:count:2]


def _without_hex_parts(raw: Bytes, begins: Places, ends: Places) -> tuple[Places, Places]:
    """The spans but those like the one in `3fa8-bafe-7d`: marks stand around them, and are one."""
    maybe = (ends - begins == 6).nonzero()[0]
    maybe = maybe[raw[begins[maybe]] == _DASH]
    around = raw[begins[maybe][:, np.newaxis] + np.arange(-1, 7)]
    inside = (begins[maybe] > 0) & (around[:, 0] != _NEWLINE) & (around[:, 7] != _NEWLINE)
    hexes = (around[:, 2:6] - np.uint8(97) < 6).all(axis=1) & (around[:, 6] == _DASH)
    parts = maybe[inside & hexes]
    if not len(parts):
        return begins, ends
    kept = np.ones(len(begins), np.bool_)
    kept[parts] = False
    return begins[kept], ends[kept]


def _lines(raw: Bytes, newlines: Places, begins: Places, ends: Places) -> Collapsed:
    starts = np.empty(len(newlines) + 1, np.int64)
    starts[0] = 0
    np.add(newlines, 1, out=starts[1:])
    first = np.empty(len(newlines) + 1, np.int64)
    first[0] = 0
    first[1:] = np.searchsorted(begins, newlines)
    leading = (begins[first[:-1]] != starts[:-1]) & (starts[:-1] != newlines)
    return Collapsed(raw, starts, begins, ends, first, leading.astype(np.int64))


def _places(bits: Bits) -> Places:
    """Of the bits that are set. Bytes without any are left out first."""
    eights = bits.view(np.uint8)
    some = (eights != 0).nonzero()[0]
    within = np.unpackbits(eights[some], bitorder="little").view(np.bool_).nonzero()[0]
    places = some.take(within >> 3)
    places <<= 3
    places += within & 7
    return places


def _pack(flags: Flags) -> Bits:
    return np.packbits(flags, bitorder="little").view(np.uint64)


def _pack_backwards(flags: Flags) -> Bits:
    """The last flag first."""
    return np.packbits(flags, bitorder="big").view(np.uint64).byteswap()[::-1].copy()


def _reversed(bits: Bits) -> Bits:
    """All bits in the opposite order."""
    return np.frombuffer(bits.tobytes().translate(_REVERSED), np.uint64).byteswap()[::-1]


def _filled(words: Bits, digits: Bits) -> Bits:
    """The digits, and what lies behind them in their words."""
    return (_carried(words, digits) ^ words) & words | digits


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
