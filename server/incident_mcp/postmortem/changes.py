"""The changes of an incident: each plan with its question, answer, intent and outcome, told as one story."""

from collections.abc import Sequence
from datetime import timedelta

from incident_mcp.postmortem.markdown import safe
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.value import Value

_DOORS = {
    "chat": "in the chat as {} (client-reported)",
    "terminal": "at the terminal by {}",
    "console": "in the console by {}",
    "script": "by a script as {}",
}


_DONE = ("applied", "applied in part")


class PlanTold(Value):
    """All that the record holds of one plan. `answers` may be several: a cancelled form can be asked again."""

    id: str
    plan: Entry | None = None
    question: Entry | None = None
    answers: tuple[Entry, ...] = ()
    intent: Entry | None = None
    outcome: Entry | None = None

    @property
    def approval(self) -> Entry | None:
        return next((answer for answer in self.answers if answer.data.get("accepted") is True), None)

    @property
    def status(self) -> str:
        """`applied`, `applied in part`, `aborted`, `not applied`, `unknown` (also: sent, and the record ends there), or
        empty: never carried out.
        """
        if self.outcome is not None:
            return str(self.outcome.data.get("status", "unknown"))
        return "unknown" if self.intent is not None else ""

    @property
    def waited(self) -> timedelta:
        """How long a person was waited for."""
        return timedelta(seconds=sum(_seconds(answer) for answer in self.answers))

    @property
    def entries(self) -> tuple[Entry | None, ...]:
        return (self.question, *self.answers, self.intent, self.outcome)

    def fact(self, key: str) -> str:
        """One of the plan's own words, safe in Markdown, blanks collapsed."""
        sources = (entry for entry in (self.plan, self.outcome) if entry is not None)
        return next((safe(str(entry.data[key])) for entry in sources if entry.data.get(key)), "")

    @property
    def headline(self) -> str:
        return self.fact("headline") or "a change that the record does not name"

    @property
    def approved(self) -> str:
        """`approved in the chat as oncall-2 (client-reported)`."""
        return f"approved {door(self.approval)}" if self.approval else "without an approval in the record"


def door(answer: Entry) -> str:
    """How an answer came in, and as whose."""
    return _DOORS.get(str(answer.data.get("door")), "by {}").format(safe(answer.actor.name))


def plans_told(entries: Sequence[Entry]) -> tuple[PlanTold, ...]:
    """Every plan that the entries mention, in the order of their first mention."""
    of_plans: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.plan:
            of_plans.setdefault(entry.plan, []).append(entry)
    return tuple(_told(name, told) for name, told in of_plans.items())


def _told(name: str, entries: list[Entry]) -> PlanTold:
    latest = {entry.kind: entry for entry in entries}
    return PlanTold(
        id=safe(name),
        plan=latest.get(EntryKind.PLAN),
        question=latest.get(EntryKind.QUESTION),
        answers=tuple(entry for entry in entries if entry.kind is EntryKind.ANSWER),
        intent=latest.get(EntryKind.INTENT),
        outcome=latest.get(EntryKind.OUTCOME),
    )


def applied(plans: Sequence[PlanTold]) -> tuple[PlanTold, ...]:
    """Those that were carried out, in the order of their writes."""
    done = [(plan.outcome.happened, plan) for plan in plans if plan.outcome and plan.status in _DONE]
    return tuple(plan for _, plan in sorted(done, key=lambda one: one[0]))


def undoes(later: PlanTold, earlier: PlanTold) -> bool:
    """True when `later` is the call that `earlier` recorded as its undo."""
    recipe = earlier.intent.data.get("undo") if earlier.intent else None
    if not isinstance(recipe, dict) or later.plan is None or not recipe.get("action"):
        return False
    return (recipe["action"], recipe.get("arguments")) == (
        later.plan.data.get("action"),
        later.plan.data.get("arguments"),
    )


def _seconds(answer: Entry) -> float:
    seconds = answer.data.get("seconds")
    return float(seconds) if isinstance(seconds, int | float) else 0.0
