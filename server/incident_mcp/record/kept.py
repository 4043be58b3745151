"""What was read of a journal before. Entries never change, so only those that came since are read again.

Without it, each answer of a long incident would decode all of it anew, ten thousand entries in a tenth of a second.
"""

import gc
import threading
from collections import OrderedDict
from collections.abc import Callable, Generator
from contextlib import contextmanager

from incident_mcp.record.incident import Incident, fold
from incident_mcp.vocabulary.entry import Entry, EntryKind, entry_order

Newer = Callable[[int], tuple[int, list[Entry]]]
"""What has come after a row of the file: the number of the last row, and the entries."""
MOST = 4
"""Readings that are kept: the incident at hand, and those beside it."""


@contextmanager
def uncollected() -> Generator[None]:
    """Build many entries: all of them stay, and Python's collector would look through them over and over, which takes
    as long as all the rest.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Kept:
    """One reading that is kept up to date. Not thread-safe: `KeptReadings` sees to that."""

    def __init__(self) -> None:
        self._after = 0
        self._entries: list[Entry] = []

    def all(self, newer: Newer) -> list[Entry]:
        """In the order of an incident: what another journal wrote may belong before what is here."""
        self._after, fresh = newer(self._after)
        if fresh:
            in_order = not self._entries or _order(self._entries[-1]) < _order(fresh[0])
            self._entries += fresh
            if not in_order:
                self._entries.sort(key=_order)
        return list(self._entries)


class KeptReadings:
    """The readings that were asked for last, each by its name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Kept] = OrderedDict()

    def all(self, name: object, newer: Newer) -> list[Entry]:
        with self._lock:
            kept = self._kept.setdefault(name, Kept())
            self._kept.move_to_end(name)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
            return kept.all(newer)


class Lives:
    """All incidents, each folded again only when something of its life came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._after = 0
        self._told: dict[str, list[Entry]] = {}
        self._folded: dict[str, Incident] = {}

    def all(self, newer: Newer) -> list[Incident]:
        """In the order of their opening here. One whose opening has not come yet is none."""
        with self._lock:
            self._after, fresh = newer(self._after)
            for entry in fresh:
                self._told.setdefault(str(entry.incident), []).append(entry)
            for name in {str(entry.incident) for entry in fresh}:
                self._told[name].sort(key=_order)
                if any(entry.kind is EntryKind.OPENED for entry in self._told[name]):
                    self._folded[name] = fold(self._told[name])
            return list(self._folded.values())


def _order(entry: Entry) -> tuple[int, str]:
    return entry_order(entry.id)[1], entry.writer
