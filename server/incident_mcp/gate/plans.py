"""Making plans and finding them again.

The preview, the mutating call and every round of the protocol propose anew; as long as the facts hold they all meet the
same pending plan, so the person sees one question, word for word. When the facts moved, the old plan is superseded and
its successor says what moved.
"""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from incident_mcp.gate.request import Request
from incident_mcp.record.plans import WAITING, PlanState, PlanStory, as_recorded, story, used_once
from incident_mcp.record.record import Record
from incident_mcp.text.question import question
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, BadRequest
from incident_mcp.vocabulary.plan import UNDO, Draft, Plan, canonical
from incident_mcp.vocabulary.policy import PolicyNow


class Plans:
    """The plans of one record."""

    def __init__(self, record: Record, policy: PolicyNow, mode: str = "Advisory") -> None:
        self.record = record
        self.policy = policy
        self._mode = mode

    async def load(self, plan_id: str) -> Plan:
        """A plan to the letter. Raises `BadRequest` for an id that no plan has, `RecordError` when it was altered."""
        body = await self.record.private(plan_id)
        if body is None:
            raise BadRequest(f"There is no plan {plan_id}.", "get_incident lists the plans of an incident.")
        plan = as_recorded(body, await self.record.of_plan(plan_id))
        if plan.cluster.server != self.record.cluster.server or plan.cluster.ca != self.record.cluster.ca:
            raise BadRequest(
                f"Plan {plan_id} is for cluster {plan.cluster.name} ({plan.cluster.server}), not for this one.",
                "A server works on the cluster that it started with; use the one that made the plan.",
            )
        return plan

    async def story(self, plan: Plan) -> PlanStory:
        return story(await self.record.of_plan(plan.id), plan.expires, self.record.clock())

    async def pending(self, incident: str | None) -> list[tuple[Plan, PlanStory, Entry]]:
        """The plans of an incident that still wait for a person or for their one use, oldest first."""
        found: list[tuple[Plan, PlanStory, Entry]] = []
        for entry in await self.record.unused_plans(incident):
            if entry.plan:
                plan = await self.load(entry.plan)
                told = await self.story(plan)
                if told.state in WAITING:
                    found.append((plan, told, entry))
        return found

    async def write(self, request: Request, draft: Draft, note: str) -> tuple[Plan, Entry]:
        """Give a draft its identity, its end and its question, and record it. Nothing is asked yet."""
        now, policy = self.record.clock(), self.policy()
        name = secrets.token_hex(4)
        if draft.undo.action == UNDO and not draft.undo.arguments:
            draft = draft.model_copy(update={"undo": draft.undo.model_copy(update={"arguments": {"plan": name}})})
        expires = now + policy.plan_life
        plan = Plan(
            id=name,
            action=request.action,
            arguments=draft.arguments or request.arguments,
            cluster=self.record.cluster,
            draft=draft,
            question=question(self.record.cluster.name, draft, name, expires, self._mode, note),
            approvers=policy.approvers(request.action),
            made=now,
            expires=expires,
        )
        entry = await self.record.append(request.incident, _entry(plan, request), private=canonical(_dump(plan)))
        return plan, entry

    async def revoke(self, incident: str | None, why: str, by: Actor) -> list[str]:
        """End all plans of an incident that still wait; returns their ids."""
        ended: list[str] = []
        for plan, _, _ in await self.pending(incident):
            await self.retire(plan, incident, PlanState.REVOKED, why, by)
            ended.append(plan.id)
        return ended

    async def retire(self, plan: Plan, incident: str | None, state: PlanState, why: str, by: Actor) -> None:
        """Record that a plan ended without being used. Saying so twice is one entry."""
        ended = NewEntry(
            kind=EntryKind.OUTCOME,
            text=f"Plan {plan.id} ended unused: {why} Nothing was changed.",
            actor=by,
            plan=plan.id,
            data={
                "status": "not applied",
                "state": state,
                "target": str(plan.draft.target),
                "headline": plan.draft.headline,
            },
        )
        with suppress(AlreadyDone):
            await self.record.append(incident, ended, once=used_once(plan))


def earlier_plans(record: Record, policy: PolicyNow) -> Callable[[str], Awaitable[tuple[Plan, PlanStory]]]:
    """How an action that builds on an earlier plan finds it: by its id, with what became of it."""
    plans = Plans(record, policy)

    async def earlier(plan_id: str) -> tuple[Plan, PlanStory]:
        plan = await plans.load(plan_id)
        return plan, await plans.story(plan)

    return earlier


def _dump(plan: Plan) -> dict[str, Any]:
    return plan.model_dump(mode="json")


def _entry(plan: Plan, request: Request) -> NewEntry:
    draft = plan.draft
    return NewEntry(
        kind=EntryKind.PLAN,
        text=f"Proposed: {draft.headline}",
        actor=request.by,
        plan=plan.id,
        data={
            "digest": plan.digest,
            "action": plan.action,
            "arguments": plan.arguments,
            "target": str(draft.target),
            "headline": draft.headline,
            "before": draft.before,
            "after": draft.after,
            "warnings": list(draft.warnings),
            **({"unchecked": list(draft.unchecked)} if draft.unchecked else {}),
            **({"texts": list(draft.texts)} if draft.texts else {}),
            "promise": str(draft.promise) if draft.promise else "",
            "undo": draft.undo.shown,
            "expires": plan.expires.isoformat(),
            "approvers": plan.approvers,
            "evidence": [*request.evidence],
        },
    )
