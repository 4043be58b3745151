"""What the ledger counted, added up for groups of kinds: all groups at once, since a log may have many thousands."""

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np

from incident_mcp.logs.clocks import Times
from incident_mcp.logs.ledger import Kinds, Ledger


class Totals:
    """Each list has one item a group, in the order of the groups, of which none is empty. Times are microseconds."""

    def __init__(self, ledger: Ledger, groups: Sequence[Sequence[int]]) -> None:
        sizes = np.array([len(kinds) for kinds in groups], np.int64)
        self._rows = np.fromiter(chain.from_iterable(groups), np.int64)
        self._starts = np.cumsum(sizes) - sizes
        self._sizes = sizes
        self.count, self.lines = self._sum(ledger.events), self._sum(ledger.lines)
        self.before, self.usual = self._sum(ledger.before), self._sum(ledger.usual)
        self.first, self.after_first = (self._least(each) for each in (ledger.first, ledger.after_first))
        self.last: list[int] = np.maximum.reduceat(ledger.last[self._rows], self._starts).tolist()
        self.main: list[int] = self._rows[self._greatest(ledger.lines)].tolist()
        """The kind with most lines."""
        busiest = self._rows[self._greatest(ledger.peak)]
        self.peak: list[int] = ledger.peak[busiest].tolist()
        self.peak_minute: list[int] = ledger.peak_minute[busiest].tolist()

    def of_sources(self, ledger: Ledger) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Each source, with the groups that it has events of and how many."""
        for source, counts in ledger.by_source():
            sums = np.add.reduceat(counts[self._rows], self._starts)
            some = sums.nonzero()[0]
            yield source, list(zip(some.tolist(), sums[some].tolist(), strict=True))

    def _sum(self, column: Kinds) -> list[int]:
        return np.add.reduceat(column[self._rows], self._starts).tolist()

    def _least(self, column: Times) -> list[int]:
        return np.minimum.reduceat(column[self._rows], self._starts).tolist()

    def _greatest(self, column: Kinds) -> Kinds:
        """Of each group, which of the rows has most; of equal ones the first."""
        values = column[self._rows]
        most = np.repeat(np.maximum.reduceat(values, self._starts), self._sizes)
        return np.minimum.reduceat(np.where(values == most, np.arange(len(values)), len(values)), self._starts)
