"""A change, step by step: propose it, put the question, take the answer, carry it out, watch what comes of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from incident_mcp.gate.request import Proposal, Request
from incident_mcp.gate.steps import untold
from incident_mcp.record.plans import WAITING, PlanState, PlanStory
from incident_mcp.text.budget import fitting
from incident_mcp.text.fencing import FENCE_FOOT
from incident_mcp.text.modes import MEANS
from incident_mcp.text.plan_page import plan_page
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Door, Outcome, PersonsAnswer, Said
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.errors import Forbidden, IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import TELLS
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.debts import review_debts
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.known import known_of
from incident_mcp.workflow.progress import Progress, silent
from incident_mcp.workflow.verification import watched

OUTPUT = 1300
"""Tokens of a command's output in an answer."""
CHANGES_SHOWN = 25
"""Lines of difference in an answer; `incident-mcp plan ID` prints them all."""


class AnswerTooLate(IncidentError):
    """A person answered, but the plan that they were asked about is over or no longer true."""


class PlanReply(Reply):
    """A whole plan, as a person must see it before being asked."""

    plan: str = ""
    state: str = ""
    page: tuple[str, ...] = ()


class ChangeReply(Reply):
    """What became of a change. `changed` is true when the cluster took the write; unknown: nobody knows yet."""

    plan: str
    changed: bool | Literal["unknown"]
    ready: bool | None = None
    """Whether what was promised was there in time; verify_fix judges whether it stays."""
    progress: str = ""
    output: tuple[str, ...] = ()
    """What a command wrote."""
    undo: str = ""
    gate: str = ""
    """In which mode it was approved, and what that means."""
    next_step: str = ""


async def preview_change(
    desk: Desk,
    action: str,
    arguments: dict[str, JsonValue],
    by: Actor,
    *,
    incident: str | None,
    evidence: tuple[str, ...] = (),
) -> PlanReply:
    """Make the plan, or find it again, and show all of it. Read-only: also where writing is off.

    `evidence` names the entries of looks since a person declined the change: with them it may be asked again.
    """
    if action in TELLS:  # of the same incident as the call after it, which may be one that is over
        found = (await desk.incident_of_a_change(incident, over=True)).id
    else:
        found = await desk.incident_id(incident)
    proposal = await propose(desk, action, arguments, by, incident=found, evidence=evidence)
    return plan_reply(desk, proposal.plan, "pending", proposal.entry, found)


def how_outside(desk: Desk, plan: Plan) -> str:
    """What to do where the chat is no door."""
    console = desk.console_at()
    here = f", or in the console: {console}plans/{plan.id}" if console else ""
    return (
        f"A person approves in a terminal of their own: incident-mcp approve {plan.id}{here}. Then call {plan.action} "
        "again with the same arguments."
    )


def plan_reply(desk: Desk, plan: Plan, state: str, entry: str | None, incident: str | None) -> PlanReply:
    return PlanReply(
        cluster=desk.cluster,
        summary=(
            f"{desk.cluster}: {plan.draft.headline}. Nothing is changed yet.",
            plan.draft.refused
            or f"Show the page to the person, then call {plan.action} with the same arguments: it asks for it.",
        ),
        incident=incident,
        entry=entry,
        plan=plan.id,
        state=state,
        page=tuple(plan_page(plan, most_changes=CHANGES_SHOWN).splitlines()),
    )


async def propose_to_ask(
    desk: Desk,
    action: str,
    arguments: dict[str, JsonValue],
    by: Actor,
    *,
    incident: str | None,
) -> Proposal:
    """As `propose`, for a change that a person is about to be asked for.

    Raises `DeclinedBefore` where a person said no and nothing is new, and `Forbidden` when the API server would refuse
    the change: a yes to it would be wasted.
    """
    proposal = await propose(desk, action, arguments, by, incident=incident, asks=True)
    refused = proposal.plan.draft.refused
    if refused:
        raise Forbidden(refused, "Nobody was asked. incident-mcp doctor --rbac prints the role that is lacking.")
    return proposal


async def propose(
    desk: Desk,
    action: str,
    arguments: dict[str, JsonValue],
    by: Actor,
    *,
    incident: str | None,
    asks: bool = False,
    evidence: tuple[str, ...] = (),
) -> Proposal:
    """The pending plan for this change, or a new one."""
    known = known_of(await desk.record.entries(incident))
    request = Request(
        action=action, arguments=arguments, incident=incident, by=by, known=known, asks=asks, evidence=evidence
    )
    return await desk.gate.propose(request)


async def take_answer(
    desk: Desk,
    plan: Plan,
    said: Said,
    door: Door,
    by: Actor,
    *,
    asked: datetime,
    doubt: str = "",
    chosen: tuple[int, ...] = (),
) -> Entry:
    """Record what a person answered, and whether it counts. `doubt`: why nobody may have seen the question.
    `chosen`: of several messages, the numbers of those that were ticked.
    """
    answer = PersonsAnswer(said=said, door=door, asked=asked, answered=desk.clock(), doubt=doubt, chosen=chosen)
    return await desk.gate.answer(plan, answer, by)


async def carry_out(desk: Desk, proposal: Proposal, by: Actor, progress: Progress = silent) -> ChangeReply:
    """Execute an approved plan once and watch it until what it promised is there, or its time is over."""
    plan = proposal.plan

    async def tell(done: int, total: int, what: str) -> None:
        await progress(done, total, what)

    outcome = await desk.gate.execute(plan, by, tell if len(plan.draft.writes) > 1 else untold)
    if plan.draft.tells:
        return _told(desk, proposal, outcome)
    await review_debts(desk, proposal.story.incident, by, after=plan)
    if outcome.status != "applied" or outcome.sent is None:
        return _not_made(desk, proposal, outcome)
    if outcome.output:
        return _of_a_command(desk, proposal, outcome)
    seen = await watched(desk, plan, outcome.sent, proposal.story.incident, progress)
    undo = plan.draft.undo.shown
    return ChangeReply(
        cluster=desk.cluster,
        summary=(
            f"{desk.cluster}: {_done(plan, outcome, outcome.sent)} ({outcome.entry}).",
            f"{plan.draft.target}: {seen.text}.",
        ),
        incident=proposal.story.incident,
        entry=outcome.entry,
        plan=plan.id,
        changed=True,
        ready=seen.ready,
        progress=seen.text,
        undo=undo,
        gate=MEANS[desk.gate.mode],
        next_step=_after_it(plan, ready=seen.ready),
    )


def _told(desk: Desk, proposal: Proposal, outcome: Outcome) -> ChangeReply:
    """What came of messages. Nothing of it is sent again by itself."""
    if outcome.status == "carried out elsewhere":
        return carried_out_elsewhere(desk, proposal, outcome.text)
    rest = {
        "sent": "",
        "unknown": "Look before anything is sent again: get_incident asks the services once more after a minute.",
    }
    plan = proposal.plan
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {outcome.text}",),
        incident=proposal.story.incident,
        entry=outcome.entry or None,
        plan=plan.id,
        changed="unknown" if outcome.status == "unknown" else outcome.status in ("sent", "sent in part"),
        next_step=rest.get(outcome.status, f"Call {plan.action} again: it plans only what was not sent."),
    )


def _done(plan: Plan, outcome: Outcome, sent: datetime) -> str:
    """With the moment of it, or in the outcome's own words where there is more to say (a watch that was cut short)."""
    done = f"{plan.draft.headline}: done"
    return f"{done} {clock(sent)} UTC" if outcome.text == done else outcome.text


def _of_a_command(desk: Desk, proposal: Proposal, outcome: Outcome) -> ChangeReply:
    """A diagnostic promises nothing: what it wrote is the answer."""
    output = fitting(outcome.output[1:], OUTPUT)
    left = len(outcome.output) - 1 - len(output.items)
    cut = (FENCE_FOOT, f"({left} more lines are in {outcome.entry}; ask for less: head, tail, grep)") if left else ()
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {outcome.text} ({outcome.entry}).",),
        incident=proposal.story.incident,
        entry=outcome.entry,
        plan=proposal.plan.id,
        changed=True,
        output=(*output.items, *cut),
        undo=proposal.plan.draft.undo.shown,
        gate=MEANS[desk.gate.mode],
    )


def _after_it(plan: Plan, *, ready: bool) -> str:
    promise, undo = plan.draft.promise, plan.draft.undo.shown
    if promise is None or promise.ready is None:
        return undo if ready else f"Not as promised ({promise}): look at what is left. {undo}"
    if not ready:
        return f"Not ready in the promised time. assess_incident again: the cause may be another. {undo}"
    target = promise.of or plan.draft.target
    return f"verify_fix for {target}: it watches for relapses and judges the promise ({promise})."


def _not_made(desk: Desk, proposal: Proposal, outcome: Outcome) -> ChangeReply:
    plan = proposal.plan
    if outcome.status == "carried out elsewhere":
        return carried_out_elsewhere(desk, proposal, outcome.text)
    if outcome.status == "aborted":
        return _put_back(desk, proposal, outcome)
    unknown, in_part = outcome.status == "unknown", outcome.status == "applied in part"
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {outcome.text}",),
        incident=proposal.story.incident,
        plan=plan.id,
        changed="unknown" if unknown else in_part,
        undo=plan.draft.undo.shown if in_part else "",
        next_step=""
        if unknown
        else f"What was done stays done. Call {plan.action} again for the rest: it makes a plan on what is there now."
        if in_part
        else f"Nothing was changed. Call {plan.action} again: it makes a plan on the facts as they are now.",
    )


def _put_back(desk: Desk, proposal: Proposal, outcome: Outcome) -> ChangeReply:
    """The answer to a change that aborted by itself."""
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {outcome.text}",),
        incident=proposal.story.incident,
        entry=outcome.entry,
        plan=proposal.plan.id,
        changed=False,
        ready=False,
        next_step="Look at what failed (diagnose_workload) before trying it again.",
    )


def carried_out_elsewhere(desk: Desk, proposal: Proposal, text: str) -> ChangeReply:
    """The answer to a call whose approved plan another call carries out."""
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {text} This call sent nothing.",),
        incident=proposal.story.incident,
        plan=proposal.plan.id,
        changed="unknown",
        next_step="get_incident tells what came of the plan.",
    )


async def not_approved(desk: Desk, proposal: Proposal, said: str, entry: str) -> ChangeReply:
    """The answer for a question that got no yes."""
    plan, told = await desk.gate.plan(proposal.plan.id)
    return ChangeReply(
        cluster=desk.cluster,
        summary=(f"{desk.cluster}: {said} ({entry}). Nothing was changed.",),
        incident=proposal.story.incident,
        entry=entry,
        plan=plan.id,
        changed=False,
        next_step=_after(desk, plan, told),
    )


def _after(desk: Desk, plan: Plan, told: PlanStory) -> str:
    match told.state:
        case PlanState.DECLINED:
            return "Do not ask again for the same change without new evidence; tell the person what else could help."
        case PlanState.APPROVED:
            return "The plan is approved through another door; calling the tool again carries it out."
        case PlanState.REVOKED:
            return "The plan was revoked. Calling the tool again makes a new plan and asks again."
        case PlanState.PENDING if told.approvals:
            return f"One of {told.needed} persons said yes. {how_outside(desk, plan)}"
        case PlanState.EXPIRED:
            return "The plan's time is over. Calling the tool again makes a new plan and asks again."
        case _:
            return "The plan still waits; calling the tool again with the same arguments asks again."


async def propose_again(
    desk: Desk,
    action: str,
    arguments: dict[str, JsonValue],
    by: Actor,
    said: Callable[[Plan], Said],
    *,
    incident: str,
) -> Proposal:
    """As `propose_to_ask`, for a round that brings an answer (protocol 2026-07-28), where the plan is looked up anew.

    An answer to a plan that ended, or whose facts moved, or that can't be looked up now, is recorded and changes
    nothing; nobody is asked another question in its place within the same call.
    Raises `AnswerTooLate`, `ClusterError` when the cluster can't be read, and whatever forbids writing by now.
    """
    asked = await _last_asked(desk, action, arguments, incident)
    if asked is None:
        return await propose_to_ask(desk, action, arguments, by, incident=incident)
    plan, told = asked
    try:
        desk.gate.check_writing(incident)
        if too_late := await _too_late(desk, plan, told):
            raise AnswerTooLate(
                f"{desk.cluster}: Not applied. {too_late}",
                f"Look again; {action} makes a new plan and asks a new question.",
            )
        proposal = await propose_to_ask(desk, action, arguments, by, incident=incident)
        if proposal.plan.id != plan.id and _is_of_call(plan, arguments):
            raise AnswerTooLate(
                f"{desk.cluster}: Not applied. What was asked as plan {plan.id} is another question by now (plan "
                f"{proposal.plan.id}: {proposal.plan.draft.high_because or proposal.plan.draft.headline}).",
                f"Call {action} again with the same arguments: it asks that.",
            )
        return proposal
    except IncidentError:
        await take_answer(desk, plan, said(plan), "chat", desk.person, asked=told.asked or plan.made)
        raise


async def _too_late(desk: Desk, plan: Plan, told: PlanStory) -> str:
    """Why an answer to this plan comes too late; empty: it does not."""
    if told.state in WAITING:
        return await desk.gate.moved(plan, desk.person)
    return f"The answer came for plan {plan.id}, which is {told.state}; an answer is used once."


async def _last_asked(
    desk: Desk, action: str, arguments: dict[str, JsonValue], incident: str
) -> tuple[Plan, PlanStory] | None:
    """The plan that a person was asked last for this very call, else for this action on this target."""
    where = (arguments.get("namespace"), arguments.get("name"))
    near: tuple[Plan, PlanStory] | None = None
    for entry in reversed(await desk.record.entries(incident)):
        if entry.kind is EntryKind.QUESTION and entry.plan and desk.record.wrote(entry):
            plan, told = await desk.gate.plan(entry.plan)
            if plan.action != action:
                continue
            if _is_of_call(plan, arguments):
                return plan, told
            target = plan.draft.target
            if near is None and arguments.get("name") is not None and (target.namespace, target.name) == where:
                near = plan, told
    return near


def _is_of_call(plan: Plan, arguments: dict[str, JsonValue]) -> bool:
    """Whether a call with these arguments made the plan, which has every choice that the call left open."""
    given = {name: value for name, value in arguments.items() if value not in (None, "")}
    return all(plan.arguments.get(name, value) == value for name, value in given.items())
