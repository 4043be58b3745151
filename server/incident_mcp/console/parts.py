"""One incident as the page shows it: a few parts that change on their own, each with a mark of what it holds.

A browser that has a part by its mark is not sent it again, so what somebody is typing into a plan's form stays while
the rest of the page moves.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from markupsafe import Markup

from incident_mcp.console.book import Chapter
from incident_mcp.console.chains import chains
from incident_mcp.console.curves import curves
from incident_mcp.console.held import Held
from incident_mcp.console.sessions import Session
from incident_mcp.postmortem.durations import durations
from incident_mcp.postmortem.page import drawn
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.text.drawn_chain import drawn_chain
from incident_mcp.text.drawn_health import drawn_health
from incident_mcp.text.hypertext import hypertext
from incident_mcp.text.plan_page import plan_rows
from incident_mcp.text.words import clock, minute
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.workflow.deadlines import deadlines, unchanged
from incident_mcp.workflow.debts import debt_lines
from incident_mcp.workflow.standing import plan_lines

KEPT_ROWS = 20_000


@dataclass(frozen=True)
class Part:
    """One piece of the page; `html` is one element that carries key and mark."""

    key: str
    mark: str
    html: str


class Parts:
    """The pieces of every incident's page."""

    def __init__(self, held: Held) -> None:
        self._held = held
        self._rows: dict[str, Markup] = {}
        self._drawn: WeakKeyDictionary[Chapter, list[Part]] = WeakKeyDictionary()

    def groups(self, chapter: Chapter, session: Session) -> dict[str, list[Part]]:
        """By the name of the place where they stand, in their order."""
        if chapter not in self._drawn:  # they change with the record alone
            self._drawn[chapter] = [*self._pictures(chapter)]
        return {
            "state": [self._state(chapter)],
            "plans": [*self._plans(chapter, session)],
            "pictures": self._drawn[chapter],
        }

    def rows(self, chapter: Chapter, known: int = 0, last: str = "") -> tuple[Markup, bool]:
        """The timeline's rows, the newest first, and whether they are all of it. Who has `known` of them, up to the
        entry of hash `last`, is given those that came since; others' entries may come in between, and then it is all.
        """
        entries = chapter.entries
        follows = 0 < known <= len(entries) and entries[known - 1].hash == last
        new = entries[known:] if follows else entries
        return Markup("\n").join(self._row(entry, entries[0]) for entry in reversed(new)), not follows

    def _row(self, entry: Entry, first: Entry) -> Markup:
        if entry.hash not in self._rows:
            if len(self._rows) >= KEPT_ROWS:
                self._rows.clear()
            when = clock(entry.happened, first.happened)
            self._rows[entry.hash] = Markup(hypertext("entry", entry=entry, when=when))  # noqa: S704 - escaped there
        return self._rows[entry.hash]

    def _state(self, chapter: Chapter) -> Part:
        now, incident = self._held.clock(), chapter.incident
        due = [*deadlines(chapter.entries, incident, now)]
        return _part(
            "state",
            incident=incident,
            opened=clock(incident.opened),
            warning=self._held.source.told(),
            stopped=self._held.source.stopped(),
            due=[(line, "overdue" in line) for line in due],
            owed=[(line, "overdue" in line) for line in debt_lines(chapter.entries, now)],
            unchanged=[*unchanged(chapter.entries, now)],
            times=str(durations(chapter.entries)),
            waiting=[plan.id for plan, _ in self._held.book.waiting(chapter)],
        )

    def _plans(self, chapter: Chapter, session: Session) -> Iterator[Part]:
        now, form = self._held.clock(), self._form(session)
        answerable = self._held.book.waiting(chapter)
        for plan, told in answerable:
            yield self._plan(plan, told, form)
        for plan, told in chapter.plans:
            if told.state is PlanState.DECLINED:
                yield _part(f"declined-{plan.id}", "declined", plan=plan, told=told, **form)
        answered = {plan.id for plan, _ in answerable}
        ended = [line for line in plan_lines(chapter.entries, now) if line.id not in answered]
        yield _part("ended", ended=ended, nothing=not answerable)

    def _plan(self, plan: Plan, told: PlanStory, form: dict[str, object]) -> Part:
        rows = _labelled(plan)
        diff = rows.pop("says" if plan.draft.tells else "changes", [])
        return _part(
            f"plan-{plan.id}",
            "plan",
            plan=plan,
            told=told,
            rows=rows,
            diff=diff,
            until=minute(plan.expires),
            **form,
        )

    def _form(self, session: Session) -> dict[str, object]:
        """What the fields of a form with a passphrase want; `closed` says why nobody's can be checked."""
        names, closed = [], ""
        try:
            names = self._held.source.names()
        except IncidentError as error:
            closed = str(error)
        me, secret = self._held.person.name, Markup(session.secret)  # noqa: S704 - made here
        return {"names": names, "closed": closed, "me": me, "secret": secret}

    def _pictures(self, chapter: Chapter) -> Iterator[Part]:
        health = curves(chapter.entries)
        moments = [sample.at for curve in health.shown for sample in curve.samples]
        lines = [
            (curve, Markup(drawn_health(curve.name, curve.samples, min(moments), max(moments))))  # noqa: S704 - ours
            for curve in health.shown
        ]
        yield _part("chain", drawing=Markup(drawn_chain(chains(chapter.entries))))  # noqa: S704 - ours, escaped there
        span = (clock(min(moments)), clock(max(moments))) if moments else None
        yield _part("health", lines=lines, span=span, more=health.more, always_well=health.always_well)
        yield _part("axis", drawing=Markup(drawn(chapter.entries)))  # noqa: S704 - ours, escaped there


def _part(key: str, template: str = "", /, **facts: object) -> Part:
    inner = hypertext(template or key, **facts)
    mark = hashlib.sha256(inner.encode()).hexdigest()[:16]
    return Part(key, mark, f'<div class="part" id="{key}" data-key="{key}" data-mark="{mark}">{inner}</div>')


def _labelled(plan: Plan) -> dict[str, list[str]]:
    """The plan's page by label; a line without one belongs to that before it."""
    found: dict[str, list[str]] = {}
    label = ""
    for given, text in plan_rows(plan):
        label = given or label
        found.setdefault(label, []).append(text)
    return found
