"""The one interface to every change: propose, ask, answer, execute.

Callers above see plans and outcomes; where the gate stands (in this process, or later in one of another user) is not
theirs to know. The gate's memory is the journal: a plan is spent by an entry that can be written once.
"""

from typing import Protocol

import anyio

from incident_mcp.gate.execution import Execution
from incident_mcp.gate.facts import same_facts
from incident_mcp.gate.plans import Plans
from incident_mcp.gate.reconciling import reconcile
from incident_mcp.gate.request import Proposal, Request, typed_arguments
from incident_mcp.gate.risk import under_policy
from incident_mcp.gate.saving import save_evidence
from incident_mcp.gate.steps import Tell, untold
from incident_mcp.gate.writing import Writing
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Actions
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome, PersonsAnswer
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, BadRequest
from incident_mcp.vocabulary.plan import Draft, Plan
from incident_mcp.vocabulary.policy import Policy

EVIDENCE_SECONDS = 3.0
"""How long saving what a change will destroy may take when its plan is made: a person reads the plan meanwhile."""


class Gate(Protocol):
    """What the workflow knows of the gate."""

    async def propose(self, request: Request) -> Proposal: ...
    async def plan(self, plan_id: str) -> tuple[Plan, PlanStory]: ...
    async def moved(self, plan: Plan, by: Actor) -> str: ...
    async def ask(self, proposal: Proposal, by: Actor) -> None: ...
    async def answer(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry: ...
    async def execute(self, plan: Plan, by: Actor, tell: Tell = untold) -> Outcome: ...
    async def sweep_expired(self, incident: str | None, by: Actor) -> list[str]: ...
    async def reconcile(self, incident: str | None, by: Actor) -> list[str]: ...
    def check_writing(self) -> None: ...


class AdvisoryGate:
    """The gate in the assistant's own server process: it stops mistakes and records every choice.

    An assistant with a shell under the same user could go around it; that is what *advisory* means.
    """

    def __init__(self, record: Record, actions: Actions, policy: Policy, writing: Writing) -> None:
        self._record = record
        self._actions = actions
        self._plans = Plans(record, policy)
        self._policy = policy
        self._writing = writing
        self._execution = Execution(record, actions)
        self._one_at_a_time = anyio.Lock()

    def check_writing(self) -> None:
        """Raises `WritingIsOff` unless this server was started with writing enabled."""
        self._writing.check(self._record.cluster.name)

    async def propose(self, request: Request) -> Proposal:
        """The pending plan for this change while its facts hold, else a new one.

        Raises `BadRequest` for an unknown action or wrong arguments, `ClusterError` when the cluster can't be read.
        """
        await self.reconcile(request.incident, request.by)
        draft = await self._draft(request)
        async with self._one_at_a_time:  # like calls at once meet one plan
            proposal, fresh = await self._find_or_make(request, draft)
        if fresh:
            action, seconds = self._actions[proposal.plan.action], EVIDENCE_SECONDS
            await save_evidence(self._record, action, proposal.plan, request.incident, request.by, seconds=seconds)
        return proposal

    async def _find_or_make(self, request: Request, draft: Draft) -> tuple[Proposal, bool]:
        await self.sweep_expired(request.incident, request.by)
        moved = ""
        for plan, told, entry in await self._plans.pending(request.incident):
            if plan.action != request.action or plan.draft.target != draft.target:
                continue
            if _same(plan.draft, draft):
                return Proposal(plan=plan, story=told, entry=entry.id), False
            if not same_facts(plan.draft.facts, draft.facts):
                moved = await self._actions[plan.action].moved_by(plan)
                await self._plans.retire(plan, request.incident, PlanState.SUPERSEDED, moved, request.by)
        plan, entry = await self._plans.write(request, draft, moved)
        return Proposal(plan=plan, story=await self._plans.story(plan), entry=entry.id, moved=moved), True

    async def _draft(self, request: Request) -> Draft:
        action = self._actions.get(request.action)
        if action is None:
            raise BadRequest(f"There is no planned action {request.action}.", f"There are: {', '.join(self._actions)}.")
        draft = await action.preview(typed_arguments(action, request.arguments), request.known)
        return under_policy(draft, self._policy)

    async def plan(self, plan_id: str) -> tuple[Plan, PlanStory]:
        """A plan and what became of it. Raises `BadRequest` when there is none of that id."""
        plan = await self._plans.load(plan_id)
        return plan, await self._plans.story(plan)

    async def moved(self, plan: Plan, by: Actor) -> str:
        """What moved under a plan that was just answered, in words; such a plan is superseded. Empty: nothing did."""
        action = self._actions[plan.action]
        if same_facts(await action.facts_now(plan), plan.draft.facts):
            return ""
        told = await self._plans.story(plan)
        if told.state is PlanState.SPENT:
            return ""  # it was carried out in the meantime: its own outcome says so
        moved = await action.moved_by(plan)
        await self._plans.retire(plan, told.incident, PlanState.SUPERSEDED, moved, by)
        return moved

    async def ask(self, proposal: Proposal, by: Actor) -> None:
        """Record that the plan's question is put to a person. The rounds of one question are one entry."""
        plan = proposal.plan
        asked = NewEntry(
            kind=EntryKind.QUESTION,
            text=f"Asked: {plan.draft.headline}?",
            actor=by,
            plan=plan.id,
            data={"text": plan.question.text, "box": plan.question.box, "typed": plan.question.typed},
        )
        try:
            await self._record.append(proposal.story.incident, asked, once=f"ask {plan.id} {proposal.story.answers}")
        except AlreadyDone:
            return

    async def answer(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry:
        """Record an answer. Only an acceptance that came before the plan's end counts as a yes."""
        told = await self._plans.story(plan)
        accepted = answer.said == "accepted" and told.state in (PlanState.PENDING, PlanState.APPROVED)
        why = "" if accepted or answer.said != "accepted" else f"the plan is {told.state}"
        entry = NewEntry(
            kind=EntryKind.ANSWER,
            text=_answer_words(plan, answer, by, why),
            actor=by,
            happened=answer.answered,
            plan=plan.id,
            data={
                "said": answer.said,
                "door": answer.door,
                "seconds": round((answer.answered - answer.asked).total_seconds(), 1),
                "accepted": accepted,
                "why": why,
            },
        )
        return await self._record.append(told.incident, entry)

    async def execute(self, plan: Plan, by: Actor, tell: Tell = untold) -> Outcome:
        """Spend the plan's approval and make the change, once; `tell` hears of each write.

        Raises `WritingIsOff`, or `BadRequest` when no unspent, unexpired approval of exactly this plan exists.
        """
        self.check_writing()
        told = await self._plans.story(plan)
        if told.state is not PlanState.APPROVED:
            if elsewhere := await self._execution.elsewhere(plan):
                return elsewhere  # a like call at the same time was faster
            raise BadRequest(
                f"{plan.cluster.name}: plan {plan.id} is {told.state}, so it can't be carried out.",
                "Call the tool again: it makes a new plan and asks a person.",
            )
        return await self._execution.run(plan, told, by, tell)

    async def reconcile(self, incident: str | None, by: Actor) -> list[str]:
        """Look again at writes whose result nobody recorded; what could be told of them, in words. Sends nothing."""
        told: list[str] = []
        for entry in await self._record.own_plans(incident):
            if entry.plan and entry.plan not in self._execution.running:
                plan = await self._plans.load(entry.plan)
                if words := await reconcile(self._record, self._actions, plan, by):
                    told.append(words)
        return told

    async def sweep_expired(self, incident: str | None, by: Actor) -> list[str]:
        """Record the end of plans whose time is over and that nobody answered; returns their ids."""
        ended: list[str] = []
        for entry in await self._record.own_plans(incident):
            if entry.plan:
                plan = await self._plans.load(entry.plan)
                told = await self._plans.story(plan)
                if told.state is PlanState.EXPIRED and not told.outcome:
                    why = "expired unanswered." if told.asked and not told.answers else "expired."
                    await self._plans.retire(plan, incident, PlanState.EXPIRED, why, by)
                    ended.append(plan.id)
        return ended


def _same(old: Draft, new: Draft) -> bool:
    """The same change on the same facts at the same risk: counts that are only shown may differ."""
    alike = old.likeness == new.likeness if new.likeness else old.writes == new.writes
    return same_facts(old.facts, new.facts) and alike and old.risk == new.risk


_SAID = {
    "accepted": "Approved",
    "declined": "Declined",
    "cancelled": "Cancelled, which is no decline:",
    "not ticked": "Accepted without the tick, which is no yes:",
    "wrong name": "Accepted with another name than the target's, which is no yes:",
}


def _answer_words(plan: Plan, answer: PersonsAnswer, by: Actor, why: str) -> str:
    door = {"chat": "in the chat (client-reported)", "terminal": "at the terminal"}.get(
        answer.door, f"by {answer.door}"
    )
    late = f", too late to count: {why}" if why else ""
    return f"{_SAID[answer.said]} {plan.draft.headline}, {door} as {by.name}{late}"
