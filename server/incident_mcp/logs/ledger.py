"""What is counted of each kind of line: exactly, whatever the order in which the lines come.

One row a kind, one array a column, so that a block of many thousand lines is added in a few steps.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from incident_mcp.logs.clocks import ALWAYS, NEVER, Times
from incident_mcp.logs.collapse import Flags

Kinds = npt.NDArray[np.int64]
MINUTE = 60_000_000


class Ledger:
    """`before` counts those of the events that came before the onset, `usual` the baseline's, which count nowhere else;
    `after_first` is the first time since the onset."""

    def __init__(self, onset: int | None) -> None:
        self._onset = onset
        self._room = 0
        self.lines = self.events = self.before = self.usual = self.peak = self._current = _column(0, 0)
        self.first = self.after_first = _column(0, ALWAYS)
        self.last = self.peak_minute = self._minute = _column(0, NEVER)
        self._by_source: dict[int, Times] = {}

    def grow(self, kinds: int) -> None:
        """Make room for so many kinds."""
        if kinds <= self._room:
            return
        self._room = max(1024, kinds, self._room * 2)
        for name in ("lines", "events", "before", "usual", "peak", "_current"):
            setattr(self, name, _grown(getattr(self, name), self._room, 0))
        for name in ("first", "after_first"):
            setattr(self, name, _grown(getattr(self, name), self._room, ALWAYS))
        for name in ("last", "peak_minute", "_minute"):
            setattr(self, name, _grown(getattr(self, name), self._room, NEVER))

    def add(self, kinds: Kinds, heads: Flags | None, times: Times, source: int, *, baseline: bool) -> None:
        """Lines in the order they came. `heads` are those that begin an event, None where each line is one."""
        present, counts = _tally(kinds)
        if not baseline:
            self.lines[present] += counts
        if heads is not None:
            kinds, times = kinds[heads], times[heads]
            present, counts = _tally(kinds)
        if baseline:
            self.usual[present] += counts
            return
        self.events[present] += counts
        mine = self._by_source.get(source)
        if mine is None or len(mine) < self._room:
            mine = self._by_source[source] = _grown(_column(0, 0) if mine is None else mine, self._room, 0)
        mine[present] += counts
        self._times(kinds, times)

    def _times(self, kinds: Kinds, times: Times) -> None:
        if (unknown := times == NEVER).any():
            kinds, times = kinds[~unknown], times[~unknown]
        if not len(kinds):
            return
        np.minimum.at(self.first, kinds, times)
        np.maximum.at(self.last, kinds, times)
        self._peaks(kinds, times)
        if self._onset is None:
            return
        after = times >= self._onset
        if not after.all():
            np.add.at(self.before, kinds[~after], 1)
            kinds, times = kinds[after], times[after]
        np.minimum.at(self.after_first, kinds, times)

    def _peaks(self, kinds: Kinds, times: Times) -> None:
        """The busiest minute of each kind, as far as one source's log tells."""
        minutes = times // MINUTE
        for at, kind, count in _by_minute(kinds, minutes):
            same = self._minute[kind] == at
            now = np.where(same, self._current[kind] + count, count)
            self._minute[kind], self._current[kind] = at, now
            higher = now > self.peak[kind]
            self.peak[kind[higher]], self.peak_minute[kind[higher]] = now[higher], at * MINUTE

    def by_source(self) -> Iterator[tuple[int, Kinds]]:
        """Each source, and how many events of each kind it has."""
        for source, counts in self._by_source.items():
            yield source, counts if len(counts) == self._room else _grown(counts, self._room, 0)


def _by_minute(kinds: Kinds, minutes: Times) -> Iterator[tuple[np.int64, Kinds, Kinds]]:
    """For each minute in turn: the kinds that occur in it, and how often."""
    if minutes[0] == minutes[-1] and (minutes == minutes[0]).all():
        yield minutes[0], *_tally(kinds)
        return
    order = np.argsort(minutes, kind="stable")
    kinds, minutes = kinds[order], minutes[order]
    edges = np.flatnonzero(np.diff(minutes, prepend=minutes[0] - 1)).tolist()
    for start, end in zip(edges, [*edges[1:], len(minutes)], strict=True):
        yield minutes[start], *_tally(kinds[start:end])


def _tally(kinds: Kinds) -> tuple[Kinds, Kinds]:
    """Each kind once, and how often it occurs."""
    if len(kinds) * 8 < kinds.max(initial=0):
        return np.unique(kinds, return_counts=True)
    counts = np.bincount(kinds)
    present = counts.nonzero()[0]
    return present, counts[present]


def _column(length: int, value: int | np.int64) -> Times:
    return np.full(length, value, np.int64)


def _grown(column: Times, length: int, value: int | np.int64) -> Times:
    grown = _column(length, value)
    grown[: len(column)] = column
    return grown
