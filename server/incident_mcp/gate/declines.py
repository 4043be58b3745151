"""What a person said no to is not asked again by the assistant's wish alone.

It names entries that reading tools wrote after the decline, so there is something new to decide on; or the person lets
it ask again, by a door of their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident_mcp.gate.plans import Plans
from incident_mcp.gate.request import Request, typed_arguments
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.text.words import duration, listed
from incident_mcp.vocabulary.action import Action
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Draft, Plan

ELSEWHERE = timedelta(hours=24)
"""How long a no holds in other incidents too: opening another one is the assistant's wish as well."""
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
    """The last decline of the same change on the same target, in this incident or lately in another."""
    since = plans.record.clock() - ELSEWHERE
    for entry in reversed(await plans.record.answers()):
        holds = entry.incident == request.incident or entry.happened > since
        if not (holds and entry.plan and entry.data.get("said") == "declined"):
            continue
        plan = await plans.load(entry.plan)
        told = await plans.story(plan)
        if told.state is PlanState.DECLINED and told.declined and _alike(plan, action, request, draft):
            return _decline(plan, told, told.declined, request.incident)
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


def _alike(plan: Plan, action: Action[Any], request: Request, draft: Draft) -> bool:
    if plan.action != request.action or plan.draft.target != draft.target:
        return False
    if plan.draft.writes == draft.writes:
        return True
    wanted = draft.arguments or request.arguments
    return typed_arguments(action, plan.arguments) == typed_arguments(action, wanted)


def _decline(plan: Plan, told: PlanStory, at: datetime, incident: str | None) -> Decline:
    entry = told.decline if told.incident == incident else f"{told.decline} of incident {told.incident}"
    return Decline(plan=plan.id, entry=entry, at=at, reopened=told.reopened)


def _is_new(entry: Entry, decline: Decline) -> bool:
    return entry.kind in SEEN and entry.plan is None and entry.written > decline.at and "adopted" not in entry.data
