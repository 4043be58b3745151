"""Reads logs as they come, in pieces of any size from any number of sources, and counts their lines by kind.

A kind is what is left of a line when every word with a digit is taken out (`collapse`). Lines are told apart by a
fingerprint of that, thousands at once; Python sees the first line of each kind, never each line: from it come level,
message, where its time stands, and which of its marks is a status code. Stack traces are folded to one event; codes
make variants. Memory is bounded: by the number of kinds, and by one block for each source.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import BinaryIO

import numpy as np

from incident_mcp.logs.cleaning import cleaned
from incident_mcp.logs.clocks import NEVER, Clocks, Times, microseconds
from incident_mcp.logs.codes import Code, Variants, level_with
from incident_mcp.logs.collapse import AHEAD, Bits, Bytes, Collapsed, Collapser, Places
from incident_mcp.logs.fingerprints import Fingerprints
from incident_mcp.logs.folding import Folder, Parts, settled
from incident_mcp.logs.keys import MOST, Keys
from incident_mcp.logs.kind import Kind
from incident_mcp.logs.known import UNKNOWN, Known
from incident_mcp.logs.ledger import Kinds, Ledger
from incident_mcp.logs.shapes import LONGEST, Shape, shape_of
from incident_mcp.logs.stamped import Stamped

BLOCK = 2 * 1024 * 1024
"""Bytes that are worked on at once: more would not fit the processor's cache, less would cost more calls."""
LONGEST_BLOCK = 2 * BLOCK
"""A stack trace, or a line, that is longer is cut."""
WAITING = 16 * 1024 * 1024
"""Bytes of all sources that wait for their block to fill."""
_RETAINED = 16 * 1024 * 1024
"""Bytes. The C library (glibc) gives freed memory back to the system, so a block's dozens of arrays would come as new
pages each time. It keeps pieces up to the largest that it has seen freed. Nothing of this one is touched."""
SAMPLES = 3
SAMPLE_LENGTH = 1000


@dataclass(slots=True)
class _Source:
    number: int
    baseline: bool
    parts: list[bytes] = field(default_factory=list[bytes])
    waiting: int = 0
    time: int = int(NEVER)


class LogReader:
    """Feed it, `finish` it, then read `kinds` and `ledger`, which has a row for each kind.

    `onset` divides the counts; a `baseline` source is compared with, and counts neither as `lines` nor as `bytes`.
    `into`, if given, takes the number of each line's kind, four bytes each, in the order of the lines.
    """

    def __init__(
        self, *, today: datetime, onset: datetime | None = None, into: BinaryIO | None = None, most_kinds: int = MOST
    ) -> None:
        np.empty(_RETAINED, np.uint8)  # and give it back at once
        self.kinds: list[Kind] = []
        self.ledger = Ledger(microseconds(onset) if onset else None)
        self.lines = 0
        self.bytes = 0
        self._keys = Keys(most_kinds)
        self._fingerprints = Fingerprints()
        self._known = Known()
        self._most_known = 4 * most_kinds
        self._variants = Variants()
        self._stamped = Stamped()
        self._clocks = Clocks(today)
        self._collapse = Collapser()
        self._folder = Folder(self._add_trace, self.kinds)
        self._into = into
        self._sources: dict[int, _Source] = {}
        self._waiting = 0
        self._parts: Parts = np.zeros(0, np.int8)
        self._wanted = np.zeros(0, np.int8)

    @property
    def coarse(self) -> bool:
        """Whether there were more kinds than are told apart."""
        return self._keys.coarse

    def feed(self, source: int, piece: bytes, *, baseline: bool = False) -> None:
        """More of the source's log, cut anywhere."""
        if not piece:
            return
        mine = self._sources.get(source)
        if mine is None:
            mine = self._sources[source] = _Source(source, baseline)
        self.bytes += 0 if baseline else len(piece)
        self._waiting += len(piece)
        mine.parts.append(piece)
        mine.waiting += len(piece)
        if mine.waiting >= BLOCK:
            self._work(mine)
        elif self._waiting > WAITING:
            for each in self._sources.values():
                self._work(each, least=0)

    def close(self, source: int) -> None:
        """The source's log has ended; its last line needs no newline."""
        mine = self._sources.pop(source, None)
        if mine is None or not mine.parts:
            return
        if not mine.parts[-1].endswith(b"\n"):
            mine.parts.append(b"\n")
        self._work(mine, least=0, last=True)
        self._waiting -= mine.waiting

    def finish(self) -> None:
        """Close all sources."""
        for source in list(self._sources):
            self.close(source)

    def _work(self, source: _Source, *, least: int = BLOCK, last: bool = False) -> None:
        clean, rest = _whole_lines(source.parts)
        raw = np.frombuffer(clean, np.uint8)
        at, end, size = 0, len(clean) - AHEAD, BLOCK
        while at < end and end - at >= least:
            until = clean.rfind(b"\n", at, min(at + size, end)) + 1 or clean.find(b"\n", at) + 1
            whole_trace = (last and until == end) or until - at >= LONGEST_BLOCK
            done = self._block(source, raw[at:], until - at, last=whole_trace)
            if not done and until == end:
                break
            at, size = at + done, BLOCK if done else size * 2
        if len(rest) > LONGEST_BLOCK:  # a line that does not end: its head is enough
            rest = rest[: 16 * LONGEST]
        source.parts = [each for each in (clean[at:end], rest) if each]
        left = sum(map(len, source.parts))
        self._waiting += left - source.waiting
        source.waiting = left

    def _block(self, source: _Source, raw: Bytes, size: int, *, last: bool) -> int:
        """Count whole lines; how many bytes that were: what may go on in the next block is left."""
        seen = self._collapse(raw, size)
        kinds = self._kinds_of(seen, source.number)
        parts = self._parts[kinds]
        if not last:
            kept = settled(parts)
            if not kept:
                return 0
            seen, kinds, parts = seen.head(kept), kinds[:kept], parts[:kept]
        times = self._times(seen, kinds, source)
        if not source.baseline:
            self._sample(seen, kinds, source.number)
        heads = self._folder.fold(seen, kinds, parts, source.number) if parts.any() else None
        self.ledger.add(kinds, heads, times, source.number, baseline=source.baseline)
        self.lines += 0 if source.baseline else len(kinds)
        if self._into is not None:
            self._into.write(kinds.astype("<i4").tobytes())
        return int(seen.starts[-1])

    def _kinds_of(self, seen: Collapsed, source: int) -> Kinds:
        prints = self._fingerprints(seen)
        kinds = self._known(prints)
        unknown = (kinds == UNKNOWN).nonzero()[0]
        if len(unknown):
            kinds[unknown] = self._meet(seen, prints[unknown], unknown, source)
        while new := self._variants.split(seen, kinds):
            for line, kind, code in new:
                self._add_variant(seen, line, kind, code, source)
            self._make_room()
        return kinds

    def _meet(self, seen: Collapsed, prints: Bits, lines: Places, source: int) -> Kinds:
        """The kinds of lines whose fingerprints are new, with what there is to learn about kinds that are new too."""
        new, at, which = np.unique(prints, return_index=True, return_inverse=True)
        order = np.argsort(at)
        lines = lines[at[order]]
        kinds = np.empty(len(new), np.int64)
        kinds[order] = found = [self._keys[key] for key in seen.keys(lines)]
        first = dict(zip(reversed(found), reversed(lines.tolist()), strict=True))
        if self._keys.fresh:
            self._learn(seen, first, source)
        if len(self._known) < self._most_known:
            self._known.add(new, kinds)
        return kinds[which]

    def _learn(self, seen: Collapsed, first: dict[int, int], source: int) -> None:
        codes: list[tuple[int, int]] = []
        for number in self._keys.fresh:
            kind = self._look(seen, number, first[number], source)
            self.kinds.append(kind)
            if kind.code_mark is not None:
                codes.append((number, kind.code_mark))
        self._keys.fresh.clear()
        self._make_room()
        for number, mark in codes:
            self._variants.watch(number, mark)

    def _look(self, seen: Collapsed, number: int, line: int, source: int) -> Kind:
        shape = shape_of(seen.line(line))
        shape = replace(shape, text=self._keys.said(number, shape.text)) if self._keys.coarse else shape
        marks = seen.marks(line)
        self._stamped.watch(len(self.kinds), shape.stamp, marks)
        mark = marks.index(shape.code.offset) if shape.code and shape.code.offset in marks else None
        return Kind(shape, shape.level, code_mark=mark, samples=[(source, shape.line[:SAMPLE_LENGTH])])

    def _add_variant(self, seen: Collapsed, line: int, base: int, code: int, source: int) -> None:
        kind = self.kinds[base]
        found = kind.shape.code or Code(0, code)
        level = level_with(kind.shape.level, code, exit_code=found.exit)
        sample = (source, seen.line(line)[:SAMPLE_LENGTH])
        variant = self._keys.other()
        self.kinds.append(Kind(kind.shape, level, Code(found.offset, code, found.exit), base, samples=[sample]))
        self._stamped.like(variant, base)
        self._variants.add(base, code, variant)

    def _add_trace(self, shape: Shape, frame: str, sample: bytes, source: int) -> int:
        number = self._keys.other()
        self.kinds.append(Kind(shape, "error", frame=frame, samples=[(source, sample)]))
        self._make_room()
        return number

    def _make_room(self) -> None:
        count = len(self.kinds)
        self.ledger.grow(count)
        self._variants.grow(count)
        self._stamped.grow(count)
        known = len(self._parts)
        if count > known:
            self._parts = np.concatenate((self._parts, [kind.shape.part for kind in self.kinds[known:]])).astype(
                np.int8
            )
            self._wanted = np.concatenate((self._wanted, np.full(count - known, SAMPLES - 1))).astype(np.int8)

    def _times(self, seen: Collapsed, kinds: Kinds, source: _Source) -> Times:
        """Of each line; one without a time has that of the line before."""
        times = self._stamped.times(self._clocks, seen, kinds)
        known = times != NEVER
        if not known.all():
            times = np.concatenate((np.array([source.time]), times))
            known = np.concatenate((np.ones(1, np.bool_), known))
            times = times[np.maximum.accumulate(np.where(known, np.arange(len(times)), 0))][1:]
        source.time = int(times[-1])
        return times

    def _sample(self, seen: Collapsed, kinds: Kinds, source: int) -> None:
        """Keep the last line in this block of each kind that has few samples."""
        lines = self._wanted[kinds].nonzero()[0]
        latest = dict(zip(kinds[lines].tolist(), lines.tolist(), strict=True))
        for kind, line in latest.items():
            sample = seen.line(line)[:SAMPLE_LENGTH]
            self.kinds[kind].samples.append((source, sample))
            self._wanted[kind] -= 1


def _whole_lines(parts: list[bytes]) -> tuple[bytes, bytes]:
    """The whole lines of a log's pieces, cleaned, with as much behind them as a block needs; and what is not whole."""
    *before, latest = parts
    end = latest.rfind(b"\n") + 1
    if end:
        return cleaned(b"".join([*before, memoryview(latest)[:end], b" " * AHEAD])), latest[end:]
    whole = b"".join(parts)
    end = whole.rfind(b"\n") + 1
    return cleaned(whole[:end] + b" " * AHEAD), whole[end:]
