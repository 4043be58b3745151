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
from incident_mcp.gate.saving import save_evidence
from incident_mcp.gate.steps import Halted, Steps, Tell, untold
from incident_mcp.record.plans import PlanState, PlanStory, story, used_once
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Action, Actions
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, ClusterError
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Plan

LAST_SECONDS = 1.0
"""How long saving what is new since the plan may delay the change. A failure here is recorded and never blocks."""


class Execution:
    """Runs plans of one record with one set of actions."""

    def __init__(self, record: Record, actions: Actions, halted: Halted) -> None:
        self._record = record
        self._actions = actions
        self._halted = halted
        self.running: set[str] = set()
        """Plans that are being carried out here and now."""

    async def run(self, plan: Plan, told: PlanStory, by: Actor, tell: Tell = untold) -> Outcome:
        """Make the change once and return what came of it; every way out is in the record."""
        action = self._actions[plan.action]
        refused = await self._refused(action, plan)
        if refused is not None:
            # Refused because another call was faster with this very plan? Then its entries tell the story, not ours.
            return await self.elsewhere(plan) or await self._finish(plan, told, by, refused)
        seconds = LAST_SECONDS
        await save_evidence(self._record, action, plan, told.incident, by, seconds=seconds, since=plan.made)
        # From here on a cancelled call must not leave a half-told story: each write and its record belong together.
        spent = False
        with anyio.CancelScope(shield=True), suppress(AlreadyDone):
            await self._spend(action, plan, told, by)
            spent = True
        if not spent:
            return await self.elsewhere(plan) or await self._ended(plan)
        permit = self._permit(plan, told, self._record.clock())
        return await self._write(
            Steps(self._record, told.incident, action, permit, by, tell, self._halted), plan, told, by
        )

    async def _write(self, steps: Steps, plan: Plan, told: PlanStory, by: Actor) -> Outcome:
        self.running.add(plan.id)
        try:
            await steps.run()
        except anyio.get_cancelled_exc_class():
            await self._finish(plan, told, by, steps.outcome("The call was cancelled in between."))
            raise
        finally:
            self.running.discard(plan.id)
        return await self._finish(plan, told, by, steps.outcome())

    def _permit(self, plan: Plan, told: PlanStory, now: datetime) -> Permit:
        return Permit(
            plan=plan, approval=told.approval, expires=plan.expires, until=now + plan.draft.lasts, chosen=told.chosen
        )

    async def elsewhere(self, plan: Plan) -> Outcome | None:
        """What another call made of this plan; None when none spent it. An approval is used once."""
        now = story(await self._record.of_plan(plan.id), plan.expires, self._record.clock())
        if now.state is not PlanState.SPENT:
            return None
        came = now.outcome_text or "what came of it is not known yet"
        return Outcome(status="carried out elsewhere", text=f"Plan {plan.id} was carried out by another call: {came}.")

    async def _ended(self, plan: Plan) -> Outcome:
        """The plan was ended in the very moment in which it was to be spent."""
        now = story(await self._record.of_plan(plan.id), plan.expires, self._record.clock())
        return Outcome(status="not applied", text=f"Not applied. Plan {plan.id} is {now.state}. {now.outcome_text}")

    async def _refused(self, action: Action[Any], plan: Plan) -> Outcome | None:
        try:
            if not same_facts(await action.facts_now(plan), plan.draft.facts):
                return Outcome(status="not applied", text=f"Not applied. {await action.moved_by(plan)}")
            await action.rehearse(plan)
        except ClusterError as error:
            return Outcome(status="not applied", text=f"Not applied. {error}")
        return None

    async def _spend(self, action: Action[Any], plan: Plan, told: PlanStory, by: Actor) -> None:
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
                "promise_kept": await _kept_already(action, plan),
            },
        )
        await self._record.append(told.incident, intent, once=used_once(plan))

    async def _finish(self, plan: Plan, told: PlanStory, by: Actor, outcome: Outcome) -> Outcome:
        """Also when the call is being cancelled: how it ended must be in the record."""
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
                **({"output": list(outcome.output)} if outcome.output else {}),
                **({"tells": True} if plan.draft.tells else {}),
            },
        )
        name = ""
        with anyio.CancelScope(shield=True):
            name = (await self._record.append(told.incident, entry)).id
        return outcome.model_copy(update={"entry": name})


async def _kept_already(action: Action[Any], plan: Plan) -> bool | None:
    """Whether what is promised is so before anything is written: then the change earns no credit for it."""
    kept: bool | None = None
    with anyio.move_on_after(LAST_SECONDS), suppress(ClusterError):
        kept = await action.kept(plan)
    return kept
