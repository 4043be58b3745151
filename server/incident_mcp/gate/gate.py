"""The one interface to every change: propose, ask, answer, execute.

Callers above see plans and outcomes; where the gate stands (in this process, or in the executor's) is not theirs to
know. The gate's memory is the journal: a plan is spent by an entry that can be written once.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import Protocol

import anyio

from incident_mcp.gate.answering import Answers, refused_by_policy
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.declines import Decline, check_evidence, declined_before
from incident_mcp.gate.execution import Execution
from incident_mcp.gate.facts import same_facts
from incident_mcp.gate.plans import Plans
from incident_mcp.gate.reconciling import reconcile
from incident_mcp.gate.request import Proposal, Request, typed_arguments
from incident_mcp.gate.risk import check_allowed, under_policy
from incident_mcp.gate.saving import save_evidence
from incident_mcp.gate.steps import Tell, untold
from incident_mcp.gate.writing import NotAllowed, Writing
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.record.record import Record
from incident_mcp.text.modes import Mode
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.action import Actions
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome, PersonsAnswer
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest, ClusterError
from incident_mcp.vocabulary.plan import Draft, Plan
from incident_mcp.vocabulary.policy import TELLS, PolicyNow

EVIDENCE_SECONDS = 3.0
"""How long saving what a change will destroy may take when its plan is made: a person reads the plan meanwhile."""
LOOK_SECONDS = 1.0
"""How long an answer may wait to learn whether the plans that it names still make sense."""


class Gate(Protocol):
    """What the workflow knows of the gate."""

    @property
    def mode(self) -> Mode: ...
    async def propose(self, request: Request) -> Proposal: ...
    async def plan(self, plan_id: str) -> tuple[Plan, PlanStory]: ...
    async def moved(self, plan: Plan, by: Actor) -> str: ...
    async def ask(self, proposal: Proposal, by: Actor, deadline: datetime | None = None) -> None: ...
    async def answer(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry: ...
    async def execute(self, plan: Plan, by: Actor, tell: Tell = untold) -> Outcome: ...
    async def waiting(self, incident: str | None, by: Actor) -> list[str]: ...
    async def sweep_expired(self, incident: str | None, by: Actor) -> list[str]: ...
    async def reconcile(self, incident: str | None, by: Actor) -> list[str]: ...
    async def revoke(self, incident: str | None, why: str, by: Actor) -> list[str]: ...
    def chat_refusal(self, plan: Plan) -> str: ...
    def check_writing(self, incident: str | None = None) -> None: ...


class LocalGate:
    """The gate itself, over one record. `mode` is where it stands, in the word that the question begins its last line
    with: in the assistant's own server process it is *advisory*, since an assistant with a shell under the same user
    could go around it; in the executor it is *separated*.
    """

    def __init__(
        self,
        record: Record,
        actions: Actions,
        policy: PolicyNow,
        writing: Writing,
        brake: Brake,
        mode: Mode = "Advisory",
    ) -> None:
        self._record = record
        self._actions = actions
        self.mode: Mode = mode
        self._plans = Plans(record, policy, mode)
        self._policy = policy
        self._writing = writing
        self._brake = brake
        self._answers = Answers(self._plans, policy, brake)
        self._execution = Execution(record, actions, brake.pulled)
        self._one_at_a_time = anyio.Lock()
        self._busy: dict[str, anyio.Lock] = {}

    def check_writing(self, incident: str | None = None) -> None:
        """Raises `WritingIsOff`, `Stopped`, `PolicyError` or `NotAllowed` where nothing may be written now."""
        name = self._record.cluster.name
        self._writing.check(name)
        self._brake.check(name)
        refused = self._policy().writing_refusal(incident, self._record.clock())
        if refused:
            raise NotAllowed(f"{name}: {refused}.", "Nobody was asked. incident-mcp doctor --policy shows it.")

    async def propose(self, request: Request) -> Proposal:
        """The pending plan for this change while its facts hold, else a new one.

        Raises `BadRequest` for an unknown action or wrong arguments, `NotAllowed` for what the policy forbids,
        `DeclinedBefore`, `Stopped`, and `ClusterError` when the cluster can't be read.
        """
        self._brake.check(self._record.cluster.name)
        await self.reconcile(request.incident, request.by)
        draft = await self._draft(request)
        decline = await declined_before(self._plans, self._actions[request.action], request, draft)
        async with self._one_at_a_time:  # like calls at once meet one plan
            proposal, fresh = await self._find_or_make(request, draft, decline)
        if fresh:
            action, seconds = self._actions[proposal.plan.action], EVIDENCE_SECONDS
            await save_evidence(self._record, action, proposal.plan, request.incident, request.by, seconds=seconds)
        return proposal

    async def _find_or_make(self, request: Request, draft: Draft, decline: Decline | None) -> tuple[Proposal, bool]:
        await self.sweep_expired(request.incident, request.by)
        moved, approvers = "", self._policy().approvers(request.action)
        for plan, told, entry in await self._plans.pending(request.incident):
            if plan.action != request.action or plan.draft.target != draft.target:
                continue
            same = _same(plan.draft, draft)
            if same and plan.approvers == approvers and {*request.evidence} <= {*told.evidence}:
                await check_evidence(self._plans, request, decline, told.evidence)
                return Proposal(plan=plan, story=told, entry=entry.id), False
            if same:
                again = "it is proposed again, on new evidence or under another policy."
                await self._plans.retire(plan, request.incident, PlanState.SUPERSEDED, again, request.by)
            if plan.draft.tells and same_facts(plan.draft.facts, draft.facts):
                again = "it was written anew."
                await self._plans.retire(plan, request.incident, PlanState.SUPERSEDED, again, request.by)
                continue
            if not same_facts(plan.draft.facts, draft.facts):
                moved = await self._actions[plan.action].moved_by(plan)
                await self._plans.retire(plan, request.incident, PlanState.SUPERSEDED, moved, request.by)
        await check_evidence(self._plans, request, decline, request.evidence)
        note = decline.words(self._record.clock()) if decline else ""
        plan, entry = await self._plans.write(request, draft, " ".join(filter(None, (note, moved))))
        return Proposal(plan=plan, story=await self._plans.story(plan), entry=entry.id, moved=moved), True

    async def _draft(self, request: Request) -> Draft:
        action = self._actions.get(request.action)
        if action is None:
            raise BadRequest(f"There is no planned action {request.action}.", f"There are: {', '.join(self._actions)}.")
        draft = await action.preview(typed_arguments(action, request.arguments), request.known)
        check_allowed(draft, request.action, self._policy(), self._record.cluster)
        return await self._judged(draft, request.action, request.incident)

    async def _judged(self, draft: Draft, action: str, incident: str | None) -> Draft:
        """The draft at the risk that the policy sees in it now."""
        entries = await self._record.entries(incident, EntryKind.PLAN, EntryKind.INTENT) if incident is not None else []
        told = {e.plan for e in entries if e.kind is EntryKind.PLAN and e.data.get("action") in TELLS}
        done = len({entry.plan for entry in entries if entry.kind is EntryKind.INTENT} - told)
        return under_policy(draft, action, self._policy(), now=self._record.clock(), carried_out=done)

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

    def chat_refusal(self, plan: Plan) -> str:
        """Why the policy takes no answer to this plan in the chat; empty: it does. Raises `PolicyError`."""
        return refused_by_policy(plan, "chat", self._policy())

    async def ask(self, proposal: Proposal, by: Actor, deadline: datetime | None = None) -> None:
        """Record that the plan's question is put to a person now. At `deadline` the client gives up on it."""
        plan = proposal.plan
        asked = NewEntry(
            kind=EntryKind.QUESTION,
            text=f"Asked: {plan.draft.headline}?",
            actor=by,
            plan=plan.id,
            data={
                "text": plan.question.text,
                "box": plan.question.box,
                **({"boxes": list(plan.question.boxes)} if plan.question.boxes else {}),
                "typed": plan.question.typed,
                "deadline": deadline.isoformat() if deadline else None,
            },
        )
        await self._record.append(proposal.story.incident, asked)

    async def answer(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry:
        """Record an answer; its entry says whether it counts."""
        return await self._answers.take(plan, answer, by)

    async def execute(self, plan: Plan, by: Actor, tell: Tell = untold) -> Outcome:
        """Spend the plan's approval and make the change, once; `tell` hears of each write.

        Raises what `check_writing` raises, `NotAllowed` when the policy became stricter since, or `BadRequest` when no
        unspent, unexpired approval of exactly this plan exists.
        """
        async with self._alone(plan):
            told = await self._plans.story(plan)
            self.check_writing(told.incident)
            if told.state is not PlanState.APPROVED:
                if elsewhere := await self._execution.elsewhere(plan):
                    return elsewhere  # a like call at the same time was faster
                raise BadRequest(
                    f"{plan.cluster.name}: plan {plan.id} is {told.state}, so it can't be carried out.",
                    "Call the tool again: it makes a new plan and asks a person.",
                )
            await self._check_still_allowed(plan, told)
            return await self._execution.run(plan, told, by, tell)

    @asynccontextmanager
    async def _alone(self, plan: Plan) -> AsyncGenerator[None]:
        """One change at a time on an object. Between two servers the facts decide, on the API server."""
        targets = {str(plan.draft.target), *(str(write.target) for write in plan.draft.writes)}
        async with AsyncExitStack() as held:
            for name in sorted(targets):  # in one order, so that no two wait for each other
                await held.enter_async_context(self._busy.setdefault(name, anyio.Lock()))
            yield

    async def _check_still_allowed(self, plan: Plan, told: PlanStory) -> None:
        """An approval is worth what the policy makes of it now, not when it was given."""
        name, policy = plan.cluster.name, self._policy()
        check_allowed(plan.draft, plan.action, policy, plan.cluster)
        refused = [words for one in told.approvals if (words := refused_by_policy(plan, one.door, policy))]
        judged = await self._judged(plan.draft, plan.action, told.incident)
        if judged.risk != plan.draft.risk:
            refused.append(f"this has become a change of high risk ({judged.high_because})")
        if len(told.approvals) < policy.approvers(plan.action):
            refused.append(f"the policy wants {policy.approvers(plan.action)} persons for {plan.action}")
        over = told.incident is not None and not (await self._record.incident(told.incident)).is_open
        if over and plan.action not in TELLS:
            refused.append(f"incident {told.incident} is over")
        if refused:
            raise NotAllowed(f"{name}: plan {plan.id}: {refused[0]}.", "Call the tool again: it makes a new plan.")

    async def reconcile(self, incident: str | None, by: Actor) -> list[str]:
        """Look again at writes whose result nobody recorded; what could be told of them, in words. Sends nothing."""
        told: list[str] = []
        sent = await self._record.entries(incident, EntryKind.INTENT, EntryKind.OUTCOME)
        last = {entry.plan: entry.data.get("status", "unknown") for entry in sent if self._record.wrote(entry)}
        for name, status in last.items():
            if name and status == "unknown" and name not in self._execution.running:
                plan = await self._plans.load(name)
                if words := await reconcile(self._record, self._actions, plan, by):
                    told.append(words)
        return told

    async def waiting(self, incident: str | None, by: Actor) -> list[str]:
        """The plans that wait for a person or their one use, one line each. Whose facts moved meanwhile has ended."""
        lines: list[str] = []
        for plan, told, _ in await self._plans.pending(incident):
            if not await self._outlived(plan, told, by):
                still = "waits for a person" if told.state is PlanState.PENDING else "is approved and not carried out"
                lines.append(f"Plan {plan.id} {still}, until {clock(plan.expires)} UTC: {plan.draft.headline}")
        return lines

    async def _outlived(self, plan: Plan, told: PlanStory, by: Actor) -> bool:
        """Whether the situation that the plan was made for is over; where that can't be told now, it is not."""
        action = self._actions.get(plan.action)
        if action is None or plan.id in self._execution.running:
            return False
        with anyio.move_on_after(LOOK_SECONDS), suppress(ClusterError):
            if not same_facts(await action.facts_now(plan), plan.draft.facts):
                moved = await action.moved_by(plan)
                await self._plans.retire(plan, told.incident, PlanState.SUPERSEDED, moved, by)
                return True
        return False

    async def sweep_expired(self, incident: str | None, by: Actor) -> list[str]:
        """Record the end of plans whose time is over and that nobody answered; returns their ids."""
        ended: list[str] = []
        for entry in await self._record.unused_plans(incident):
            if entry.plan:
                plan = await self._plans.load(entry.plan)
                told = await self._plans.story(plan)
                if told.state is PlanState.EXPIRED and not told.outcome:
                    why = "expired unanswered." if told.asked and not told.answers else "expired."
                    await self._plans.retire(plan, incident, PlanState.EXPIRED, why, by)
                    ended.append(plan.id)
        return ended

    async def revoke(self, incident: str | None, why: str, by: Actor) -> list[str]:
        """End all plans of an incident that still wait; returns their ids."""
        return await self._plans.revoke(incident, why, by)


def _same(old: Draft, new: Draft) -> bool:
    """The same change on the same facts at the same risk: counts that are only shown may differ."""
    alike = old.likeness == new.likeness if new.likeness else old.writes == new.writes
    return same_facts(old.facts, new.facts) and alike and old.risk == new.risk
