"""When it began, was seen, was explained, was stopped and was over: the moments that the durations are counted between.

Onset is measured (the first sign of the fault) or told (somebody's word, with a time of its own). Over is what a
verdict or a person's *resolved* says, until a worse verdict, a reopened incident or a further change takes it back.
"""

from collections.abc import Sequence
from datetime import datetime

from incident_mcp.postmortem.changes import PlanTold, applied, undoes
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value
from incident_mcp.vocabulary.verdict import Verdict


class Milestones(Value):
    """The entries that mark them; None or empty where the record holds none."""

    opened: Entry
    onset: Entry | None
    causes: tuple[Entry, ...]
    """Each proposed root cause, once, in the order of their first mention."""
    told_causes: tuple[Entry, ...]
    """What people said the cause was; one that names a finding confirms it."""
    fix: Entry | None
    """The last repair that somebody says was deployed."""
    applied: tuple[PlanTold, ...]
    undone: tuple[tuple[PlanTold, PlanTold], ...]
    """Each change that was taken back, with the change that did it."""
    resolution: Entry | None

    def confirmation(self, cause: Entry) -> Entry | None:
        return next((told for told in self.told_causes if told.data.get("confirms") == cause.id), None)

    @property
    def began(self) -> datetime:
        return self.onset.happened if self.onset else self.opened.happened

    @property
    def mitigation(self) -> PlanTold | None:
        """The change that holds: the last one that neither was undone nor is an undo."""
        standing = [plan for plan in self.applied if not self.is_undone(plan) and not self.is_undo(plan)]
        return standing[-1] if standing else None

    def is_undone(self, plan: PlanTold) -> bool:
        return any(earlier.id == plan.id for earlier, _ in self.undone)

    def is_undo(self, plan: PlanTold) -> bool:
        return any(later.id == plan.id for _, later in self.undone)


def milestones(entries: Sequence[Entry], plans: Sequence[PlanTold]) -> Milestones:
    done = applied(plans)
    return Milestones(
        opened=entries[0],
        onset=onset_of(entries),
        causes=_causes(entries),
        told_causes=tuple(entry for entry in entries if entry.kind is EntryKind.CAUSE),
        fix=next((entry for entry in reversed(entries) if entry.kind is EntryKind.FIX), None),
        applied=done,
        undone=_undone(done),
        resolution=_resolution(entries),
    )


def onset_of(entries: Sequence[Entry]) -> Entry | None:
    """The first measured sign; where there is none, the first that somebody told."""
    measured = [entry for entry in entries if entry.kind is EntryKind.EVIDENCE and entry.data.get("onset") is True]
    told = [entry for entry in entries if is_told_onset(entry) and has_own_time(entry)]
    return min(measured or told, key=lambda entry: entry.happened, default=None)


def is_told_onset(entry: Entry) -> bool:
    return entry.kind is EntryKind.REPORT and entry.data.get("about") == "onset"


def has_own_time(entry: Entry) -> bool:
    """Whether the entry says when it happened, and not only when it was written down."""
    return entry.happened < entry.written and "adopted" not in entry.data


def _causes(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    roots = [entry for entry in entries if entry.kind is EntryKind.FINDING and entry.data.get("root") is not False]
    return first_said(roots)


def first_said(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Each text once, by its first entry: a second look says the same again."""
    said: dict[str, Entry] = {}
    for entry in entries:
        said.setdefault(entry.text, entry)
    return tuple(said.values())


def _undone(done: tuple[PlanTold, ...]) -> tuple[tuple[PlanTold, PlanTold], ...]:
    return tuple(
        (earlier, later) for place, earlier in enumerate(done) for later in done[place + 1 :] if undoes(later, earlier)
    )


_TELL_THE_END = frozenset((EntryKind.FINDING, EntryKind.VERDICT, EntryKind.STATUS, EntryKind.OUTCOME))


def _resolution(entries: Sequence[Entry]) -> Entry | None:
    over: Entry | None = None
    broken: set[str] = set()
    for entry in entries:
        if entry.kind not in _TELL_THE_END:
            continue
        _keep_score(entry, broken)
        if _ends(entry, broken):
            over = over or entry
        elif _reopens(entry):
            over = None
    return over


def _keep_score(entry: Entry, broken: set[str]) -> None:
    """Critical root causes whose object no verdict has called recovered since: one repaired part is not the end."""
    target = str(entry.data.get("target"))
    if entry.kind is EntryKind.FINDING and entry.data.get("root") and entry.data.get("severity") == "critical":
        broken.add(target)
    elif entry.kind is EntryKind.VERDICT and entry.data.get("verdict") == Verdict.RECOVERED:
        broken.discard(target)


def _ends(entry: Entry, broken: set[str]) -> bool:
    if entry.kind is EntryKind.STATUS:
        return entry.data.get("status") in ("resolved", "closed")
    return entry.kind is EntryKind.VERDICT and entry.data.get("verdict") == Verdict.RECOVERED and not broken


def _reopens(entry: Entry) -> bool:
    match entry.kind:
        case EntryKind.VERDICT:
            return entry.data.get("verdict") == Verdict.NOT_RECOVERED
        case EntryKind.STATUS:
            return entry.data.get("status") in ("open", "acknowledged")
        case EntryKind.OUTCOME:
            return entry.changed
        case _:
            return False
