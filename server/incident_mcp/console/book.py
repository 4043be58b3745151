"""The record as the console reads it: all incidents, and one incident's entries and plans, read again only when the
journal grew.
"""

from dataclasses import dataclass

from incident_mcp.console.source import Source
from incident_mcp.gate.doors import Door
from incident_mcp.record.incident import Incident, fold
from incident_mcp.record.journal import Journal
from incident_mcp.record.plans import WAITING, PlanState, PlanStory
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Plan


@dataclass(eq=False, frozen=True)
class Chapter:
    """One incident as it was read: its entries in order, and the plans that a person can answer."""

    entries: list[Entry]
    plans: list[tuple[Plan, PlanStory]]

    @property
    def incident(self) -> Incident:
        return fold(self.entries)


class Book:
    """Every method may raise `RecordError`."""

    def __init__(self, journal: Journal, door: Door, source: Source, clock: Clock) -> None:
        self._journal = journal
        self._door = door
        self._source = source
        self._clock = clock
        self._at: object = None
        self._chapters: dict[str, Chapter] = {}

    def incidents(self) -> list[Incident]:
        """All of them, the newest first."""
        self._refresh()
        return [*reversed(self._journal.lives())]

    def _refresh(self) -> None:
        mark = self._source.refresh()
        if mark != self._at:
            self._at = mark
            self._chapters.clear()

    def chapter(self, name: str) -> Chapter:
        """One incident. Raises `BadRequest` when there is none of that name."""
        self._refresh()
        if name not in self._chapters:
            if not (entries := self._journal.entries(name)):
                raise BadRequest(f"There is no incident {name[:80]}.", "The list has them all.")
            self._chapters[name] = Chapter(entries, self._answerable(entries))
        return self._chapters[name]

    def waiting(self, chapter: Chapter) -> list[tuple[Plan, PlanStory]]:
        """Its plans that wait for a person now, or for their one use."""
        now = self._clock()
        return [(plan, told) for plan, told in chapter.plans if told.state in WAITING and now < plan.expires]

    def _answerable(self, entries: list[Entry]) -> list[tuple[Plan, PlanStory]]:
        """Those that wait, and those that were declined and may be reopened: only what the decider made."""
        decider = self._source.decider
        made = [entry.plan for entry in entries if entry.kind is EntryKind.PLAN and entry.writer == decider]
        found = [self._door.find(name) for name in dict.fromkeys(made) if name]
        return [
            (plan, told)
            for plan, told in found
            if told.state in WAITING or (told.state is PlanState.DECLINED and not told.reopened)
        ]
