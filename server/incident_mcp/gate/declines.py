"""What a person said no to is not asked again by the assistant's wish alone.

It names entries that reading tools wrote after the decline, so there is something new to decide on; or the person lets
it ask again, by a door of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident_mcp.gate.plans import Plans
from incident_mcp.gate.request import Request, typed_arguments
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import Action
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Draft, Plan

SEEN = frozenset(
    {EntryKind.LOOK, EntryKind.IMPACT, EntryKind.EVIDENCE, EntryKind.CHANGE, EntryKind.FINDING, EntryKind.VERDICT}
)
"""What only a tool that reads the cluster writes; what was said, proposed or done is no evidence."""


class DeclinedBefore(IncidentError):
    """A person said no to this change, and nothing new was brought."""


@dataclass(frozen=True, slots=True)
class Decline:
    """A no that still holds."""

    plan: str
    entry: str
    at: datetime
    reopened: bool

    def words(self, now: datetime) -> str:
        """How the next question's second line begins."""
        return f"You declined this {duration(now - self.at)} ago."


async def declined_before(plans: Plans, action: Action[Any], request: Request, draft: Draft) -> Decline | None:
    """The last decline of the same change on the same target in this incident."""
    entries = await plans.record.entries(request.incident, EntryKind.ANSWER)
    for plan_id in _declined([entry for entry in entries if plans.record.wrote(entry)]):
        plan = await plans.load(plan_id)
        told = await plans.story(plan)
        if told.state is PlanState.DECLINED and told.declined and _alike(plan, action, request, draft):
            return _decline(plan, told, told.declined)
    return None


async def check_evidence(plans: Plans, request: Request, decline: Decline | None, evidence: tuple[str, ...]) -> None:
    """Raise `DeclinedBefore` where a person is about to be asked again for a declined change, and nothing is new."""
    if decline is None or decline.reopened or not (request.asks or evidence):
        return
    entries = {entry.id: entry for entry in await plans.record.entries(request.incident)}
    old = [name for name in evidence if name not in entries or not _is_new(entries[name], decline)]
    if evidence and not old:
        return
    now = plans.record.clock()
    wrong = f" No look of a tool since then: {listed(old, 5)[:120]}." if old else ""
    raise DeclinedBefore(
        f"{plans.record.cluster.name}: a person declined this {duration(now - decline.at)} ago ({decline.entry}); "
        f"it is not asked again without something new.{wrong}",
        "Look again, then preview_change with evidence: the entries that those looks wrote. Or the person reopens it "
        f"in a terminal: incident-mcp approve {decline.plan}.",
    )


def _declined(entries: list[Entry]) -> Iterator[str]:
    """The plans of those answers that were a no, the newest first."""
    for entry in reversed(entries):
        if entry.data.get("said") == "declined" and entry.plan:
            yield entry.plan


def _alike(plan: Plan, action: Action[Any], request: Request, draft: Draft) -> bool:
    if plan.action != request.action or plan.draft.target != draft.target:
        return False
    if plan.draft.writes == draft.writes:
        return True
    wanted = draft.arguments or request.arguments
    return typed_arguments(action, plan.arguments) == typed_arguments(action, wanted)


def _decline(plan: Plan, told: PlanStory, at: datetime) -> Decline:
    return Decline(plan=plan.id, entry=told.decline, at=at, reopened=told.reopened)


def _is_new(entry: Entry, decline: Decline) -> bool:
    return entry.kind in SEEN and entry.plan is None and entry.written > decline.at and "adopted" not in entry.data
