"""Joins the lines of a block that make a stack trace, and gives each the kind of its trace.

Kinds of lines say what part of a trace they may be, so the same sequence of kinds is the same trace: it is worked out
once, and recognised afterwards.
"""

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from incident_mcp.logs.collapse import Collapsed, Flags
from incident_mcp.logs.kind import Kind
from incident_mcp.logs.ledger import Kinds
from incident_mcp.logs.parts import Part
from incident_mcp.logs.shapes import Shape, shape_of
from incident_mcp.logs.traces import Trace, traces_in

Parts = npt.NDArray[np.int8]
_TELLING = np.zeros(16, np.bool_)
_TELLING[[Part.FRAME, Part.CAUSE, Part.PYTHON_HEAD, Part.GO_HEAD, Part.GO_PART]] = True
_TELLING[[Part.GROUP_HEAD, Part.LOGGED_HEAD]] = True
_NEEDS_A_HEAD = np.zeros(16, np.int64)
_NEEDS_A_HEAD[[Part.FRAME, Part.CAUSE]] = 1
_FIRST = np.zeros(1, np.int64)
_WIDTH = 8
"""Bytes of a kind's number."""
_PYTHON = int(Part.PYTHON_HEAD)
_REMEMBERED = 20_000
_LONGEST_REMEMBERED = 200
_SAMPLE = 3000
_DIGITS = re.compile(r"\d+")

Found = list[tuple[int, int, int]]
"""Start, end and kind of each trace in a stretch of lines."""


class Folder:
    """`register` makes a kind from its shape, its frame, a sample and the source."""

    def __init__(self, register: Callable[[Shape, str, bytes, int], int], kinds: list[Kind]) -> None:
        self._register = register
        self._kinds = kinds
        self._known: dict[bytes, Found] = {}
        self._bodies: dict[int, str] = {}
        self._traces: dict[tuple[object, ...], int] = {}

    def fold(self, seen: Collapsed, kinds: Kinds, parts: Parts, source: int) -> Flags | None:
        """Put the traces' kinds for their lines, in place; which lines begin an event, None if all do."""
        stretches = _stretches(parts)
        if not stretches:
            return None
        heads = np.ones(len(kinds), np.bool_)
        shapes = kinds.tobytes()
        for start, end in stretches:
            found = self._known.get(shapes[start * _WIDTH : end * _WIDTH])
            if found is None:
                found = self._work_out(seen, kinds, parts, start, end, source)
            for first, after, kind in found:
                kinds[start + first : start + after] = kind
                heads[start + first + 1 : start + after] = False
        return heads

    def _work_out(self, seen: Collapsed, kinds: Kinds, parts: Parts, start: int, end: int, source: int) -> Found:
        shape, numbers = kinds[start:end].tobytes(), [int(kind) for kind in kinds[start:end]]
        bodies = [self._body(number) for number in numbers]
        found = [
            (trace.start, trace.end, self._kind_of(trace, numbers, seen, start, source))
            for trace in traces_in([Part(each) for each in parts[start:end].tolist()], bodies)
        ]
        if end - start <= _LONGEST_REMEMBERED and len(self._known) < _REMEMBERED:
            self._known[shape] = found
        return found

    def _kind_of(self, trace: Trace, kinds: Sequence[int], seen: Collapsed, start: int, source: int) -> int:
        codes = tuple(
            kind.code.value for kind in (self._kinds[each] for each in kinds[trace.start : trace.end]) if kind.code
        )
        key = (_DIGITS.sub("0", trace.root), _DIGITS.sub("0", trace.frame), codes)
        known = self._traces.get(key)
        if known is None:
            begins, ends = seen.starts[start + trace.start], seen.starts[start + trace.end] - 1
            sample = seen.raw[begins : min(ends, begins + _SAMPLE)].tobytes()
            shape = Shape("error", trace.root, trace.root, Part.LINE, None, None, sample, trace=True)
            known = self._traces[key] = self._register(shape, trace.frame, sample, source)
        return known

    def _body(self, number: int) -> str:
        """A variant's own, which has its code, is read once more from its sample."""
        kind = self._kinds[number]
        if not kind.code:
            return kind.shape.body
        if number not in self._bodies:
            self._bodies[number] = shape_of(kind.samples[0][1]).body
        return self._bodies[number]


def settled(parts: Parts) -> int:
    """How many lines of a block can't be part of a trace that goes on after it."""
    at = len(parts) - 1
    if at >= 0 and not parts[at]:
        at -= 1
    while at >= 0 and parts[at]:
        at -= 1
    return max(at, 0) if at < len(parts) - 2 else len(parts) - 1


def _stretches(parts: Parts) -> list[tuple[int, int]]:
    """Where traces may be: runs of lines that are parts of one, with the line before if it may be the head of one, and
    the line after if a Python traceback may end with it."""
    places = parts.nonzero()[0]
    if not len(places):
        return []
    breaks = (places[1:] - places[:-1] > 2).nonzero()[0]
    starts = places[np.concatenate((_FIRST, breaks + 1))]
    ends = places[np.concatenate((breaks, [len(places) - 1]))] + 1
    telling = np.concatenate((_FIRST, np.cumsum(_TELLING[parts])))
    pythons = np.concatenate((_FIRST, np.cumsum(parts == _PYTHON)))
    worth = (telling[ends] > telling[starts]).nonzero()[0]
    starts, ends = starts[worth], ends[worth]
    open_ended = pythons[ends] > pythons[starts]
    starts = np.maximum(starts - _NEEDS_A_HEAD[parts[starts]], 0)
    ends = np.minimum(ends + open_ended, len(parts))
    return list(zip(starts.tolist(), ends.tolist(), strict=True))
