"""Carrying out one approved plan: compare, rehearse, save evidence, spend, write, record.

The order is the safety: whatever can refuse comes first, the undo and the intent are on disk before the write is sent,
and from the intent on nothing is ever sent again. The write itself carries the facts to the API server, which decides
any race that the comparison here could not see.
"""

from contextlib import suppress
from datetime import datetime
from typing import Any

import anyio

from incident_mcp.gate.facts import same_facts
from incident_mcp.record.plans import PlanState, PlanStory, story
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, ClusterError, IncidentError, ServerFailed, Unreachable
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Plan

EVIDENCE_SECONDS = 1.0
"""How long saving what the change destroys may delay the change. A failure here is recorded and never blocks."""


class Execution:
    """Runs plans of one record with one set of actions."""

    def __init__(self, record: Record, actions: Actions) -> None:
        self._record = record
        self._actions = actions

    async def run(self, plan: Plan, told: PlanStory, by: Actor) -> Outcome:
        """Make the change once and return what came of it; every way out is in the record."""
        action = self._actions[plan.action]
        refused = await self._refused(action, plan)
        if refused is not None:
            # Refused because another call was faster with this very plan? Then its entries tell the story, not ours.
            return await self.elsewhere(plan) or await self._finish(plan, told, by, refused)
        await self._save_evidence(action, plan, told, by)
        # From here on a cancelled call must not leave a half-told story: the write and its record belong together.
        outcome: Outcome | None = None
        with anyio.CancelScope(shield=True), suppress(AlreadyDone):
            await self._spend(plan, told, by)
            outcome = await self._finish(plan, told, by, await self._apply(action, plan, told))
        return outcome or await self.elsewhere(plan) or Outcome(status="unknown", text=f"Plan {plan.id} is spent.")

    async def elsewhere(self, plan: Plan) -> Outcome | None:
        """What another call made of this plan; None when none spent it. An approval is used once."""
        now = story(await self._record.of_plan(plan.id), plan.expires, self._record.clock())
        if now.state is not PlanState.SPENT:
            return None
        came = now.outcome_text or "what came of it is not known yet"
        return Outcome(status="carried out elsewhere", text=f"Plan {plan.id} was carried out by another call: {came}.")

    async def _refused(self, action: Action[Any], plan: Plan) -> Outcome | None:
        try:
            if not same_facts(await action.facts_now(plan), plan.draft.facts):
                return Outcome(status="not applied", text=f"Not applied. {await action.moved_by(plan)}")
            await action.rehearse(plan)
        except ClusterError as error:
            return Outcome(status="not applied", text=f"Not applied. {error}")
        return None

    async def _save_evidence(self, action: Action[Any], plan: Plan, told: PlanStory, by: Actor) -> None:
        saved: dict[str, Any] = {}
        why = ""
        with anyio.move_on_after(EVIDENCE_SECONDS) as scope:
            try:
                saved = await action.evidence(plan)
            except IncidentError as error:
                why = error.happened
        if scope.cancelled_caught:
            why = f"it took more than {EVIDENCE_SECONDS:.0f} s"
        text = f"Saved before the change: {', '.join(saved) or 'nothing'}" + (f" (incomplete: {why})" if why else "")
        entry = NewEntry(kind=EntryKind.EVIDENCE, text=text, actor=by, plan=plan.id, data={"saved": saved})
        await self._record.append(told.incident, entry)

    async def _spend(self, plan: Plan, told: PlanStory, by: Actor) -> None:
        intent = NewEntry(
            kind=EntryKind.INTENT,
            text=f"Carrying out: {plan.draft.headline}. {plan.draft.undo.shown}",
            actor=by,
            plan=plan.id,
            data={
                "digest": plan.digest,
                "writes": [write.shown for write in plan.draft.writes],
                "undo": plan.draft.undo.model_dump(mode="json"),
                "approval": told.approval,
            },
        )
        await self._record.append(told.incident, intent, once=f"spend {plan.id}")

    async def _apply(self, action: Action[Any], plan: Plan, told: PlanStory) -> Outcome:
        sent = self._record.clock()
        permit = Permit(plan=plan, approval=told.approval, expires=plan.expires)
        try:
            await action.apply(plan, permit)
        except Unreachable as error:
            if error.sent:
                return _unknown(plan, sent)
            return Outcome(status="not applied", text=f"Not applied. {error}")
        except ServerFailed:
            # A 5xx can come after the object was stored.
            return _unknown(plan, sent)
        except IncidentError as error:
            return Outcome(status="not applied", text=f"Not applied. {error}", sent=sent)
        return Outcome(status="applied", text=f"{plan.draft.headline}: done", sent=sent)

    async def _finish(self, plan: Plan, told: PlanStory, by: Actor, outcome: Outcome) -> Outcome:
        entry = NewEntry(
            kind=EntryKind.OUTCOME,
            text=outcome.text,
            actor=by,
            happened=outcome.sent,
            plan=plan.id,
            data={
                "status": outcome.status,
                "state": "superseded",
                "target": str(plan.draft.target),
                "headline": plan.draft.headline,
                "sent": outcome.sent.isoformat() if outcome.sent else None,
            },
        )
        written = await self._record.append(told.incident, entry)
        return outcome.model_copy(update={"entry": written.id})


def _unknown(plan: Plan, sent: datetime) -> Outcome:
    target = plan.draft.target
    text = (
        f"Unknown. The write was sent at {sent.strftime('%H:%M:%S.%f')[:-3]} UTC and no good answer came. It was not "
        f"repeated. read_object (of a revision: rollout_history), or kubectl -n {target.namespace} get "
        f"{target.kind.lower()} {target.name} -o yaml, will tell."
    )
    return Outcome(status="unknown", text=text, sent=sent)
