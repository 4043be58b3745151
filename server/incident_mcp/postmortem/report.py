"""Over many incidents: how long things took, by severity and service, what keeps coming back, what is overdue.

Only what the record holds: an incident without a milestone has no duration there, and doesn't count into its median.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from incident_mcp.postmortem.corrections import uncorrected
from incident_mcp.postmortem.durations import Durations, durations
from incident_mcp.record.debts import debts, owner
from incident_mcp.record.incident import fold
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value

UNSET = "not set"
AGAIN = 2
"""How often something must have happened to be told as recurring."""


class Action(Value):
    """What a change left behind and nobody has settled yet."""

    incident: str
    entry: str
    what: str
    owner: str
    due: datetime


class Row(Value):
    """One incident in a line."""

    incident: str
    title: str
    opened: datetime
    status: str
    severity: str
    services: tuple[str, ...]
    """What was at the root, `Deployment shop/checkout`."""
    causes: tuple[str, ...]
    """The words of the catalogue, `missing-environment`."""
    durations: Durations
    actions: tuple[Action, ...] = ()
    """Those that are open, the one that is due first in front."""

    def overdue(self, now: datetime) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.due < now)


class Group(Value):
    """Medians over the incidents that have the milestone; None: none of them has."""

    name: str
    incidents: int
    detect: timedelta | None
    acknowledge: timedelta | None
    mitigate: timedelta | None
    resolve: timedelta | None


class Recurring(Value):
    what: str
    incidents: tuple[str, ...]


class Report(Value):
    rows: tuple[Row, ...]
    by_severity: tuple[Group, ...]
    by_service: tuple[Group, ...]
    causes: tuple[Recurring, ...]
    workloads: tuple[Recurring, ...]
    at: datetime
    overdue: tuple[Action, ...]
    """Actions open past their date, the one that is late by most in front."""


def row(entries: Sequence[Entry]) -> Row:
    """One incident from its entries, in order."""
    told = fold(list(entries))
    roots = [
        entry.data
        for entry in uncorrected(entries)
        if entry.kind is EntryKind.FINDING and entry.data.get("root") is not False
    ]
    return Row(
        incident=told.id,
        title=told.title,
        opened=told.opened,
        status=told.status,
        severity=told.severity or UNSET,
        services=_distinct(str(root["target"]) for root in roots if root.get("target")),
        causes=_distinct(str(root["cause"]) for root in roots if root.get("cause")),
        durations=durations(entries),
        actions=tuple(_actions(told.id, entries)),
    )


def _actions(incident: str, entries: Sequence[Entry]) -> Iterator[Action]:
    for debt in debts(entries):
        yield Action(incident=incident, entry=debt.id, what=debt.what, owner=owner(debt, entries), due=debt.due)


def report(rows: Sequence[Row], now: datetime) -> Report:
    """`now` tells what is overdue."""
    return Report(
        rows=tuple(rows),
        by_severity=_groups(rows, lambda one: (one.severity,)),
        by_service=_groups(rows, lambda one: one.services),
        causes=_recurring(rows, lambda one: one.causes),
        workloads=_recurring(rows, lambda one: one.services),
        at=now,
        overdue=tuple(sorted((late for one in rows for late in one.overdue(now)), key=lambda late: late.due)),
    )


def _groups(rows: Sequence[Row], names: Callable[[Row], tuple[str, ...]]) -> tuple[Group, ...]:
    found = sorted({name for one in rows for name in names(one)})
    return tuple(_group(name, [one.durations for one in rows if name in names(one)]) for name in found)


def _group(name: str, told: Sequence[Durations]) -> Group:
    return Group(
        name=name,
        incidents=len(told),
        detect=_median(one.detect for one in told),
        acknowledge=_median(one.acknowledge for one in told),
        mitigate=_median(one.mitigate for one in told),
        resolve=_median(one.resolve for one in told),
    )


def _median(spans: Iterable[timedelta | None]) -> timedelta | None:
    known = [span.total_seconds() for span in spans if span is not None]
    return timedelta(seconds=median(known)) if known else None


def _recurring(rows: Sequence[Row], names: Callable[[Row], tuple[str, ...]]) -> tuple[Recurring, ...]:
    often = Counter(name for one in rows for name in names(one))
    return tuple(
        Recurring(what=name, incidents=tuple(one.incident for one in rows if name in names(one)))
        for name, times in often.most_common()
        if times >= AGAIN
    )


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
