"""Mutating tools, made from actions: the plan and the person's answer are resolved, never given by the model."""

import inspect
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, ElicitResult

from incident_mcp.gate.request import Proposal
from incident_mcp.record.plans import PlanState, PlanStory
from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.asking import NotAsked, chosen, form, said, said_unread
from incident_mcp.surface.caller import assistant, can_be_asked
from incident_mcp.surface.office import ActionShape, Office
from incident_mcp.surface.patience import waiting
from incident_mcp.surface.tool import CHANGES, CONTEXT, result, shape, strict
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import TELLS
from incident_mcp.workflow.desk import Desk

if TYPE_CHECKING:  # what a change needs is imported with the first one
    from incident_mcp.workflow.changes import ChangeReply


class ApprovalRequired(IncidentError):
    """A change waits for a person, and this client can't ask one."""


def changing_tool(office: Office, action: ActionShape) -> Tool:
    """The tool of one action: it asks a person about exactly one plan, and carries that out once."""

    async def propose(ctx: Context[Any, Any], incident: str | None, **arguments: Any) -> Proposal:
        from incident_mcp.workflow import changes

        desk, by = await office.desk(), assistant(ctx)
        found = await desk.incident_of_a_change(incident, over=action.name in TELLS)
        answer = _answered(ctx)
        if answer is None:
            desk.gate.check_writing(found.id)
            return await changes.propose_to_ask(desk, action.name, arguments, by, incident=found.id)
        return await changes.propose_again(
            desk, action.name, arguments, by, partial(said_unread, answer), incident=found.id
        )

    async def ask(ctx: Context[Any, Any], proposal: Proposal) -> Elicit[Any] | NotAsked:
        if _answered(ctx) is None:  # later rounds of one question ask nobody anew
            desk = await office.desk()
            if why := _not_askable(office, desk, ctx, proposal):
                return NotAsked(why)
            wait = waiting()
            until = desk.clock() + wait.left if wait else None
            await desk.gate.ask(proposal, assistant(ctx), until)
        return form(proposal.plan.question)

    async def call(ctx: Context[Any, Any], proposal: Proposal, answer: Any, **_: Any) -> CallToolResult:
        if wait := waiting():
            wait.answered()
        return await _decide(office, ctx, proposal, answer)

    incident = inspect.Parameter("incident", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=IncidentName)
    wanted = [*_parameters(action), incident]
    proposed = Annotated[Proposal, Resolve(propose)]
    answered = Annotated[ElicitationResult[Any], Resolve(ask)]
    shape(propose, "propose", [CONTEXT, *wanted], Proposal)
    shape(ask, "ask", [CONTEXT, _resolved("proposal", proposed)], Elicit[Any] | NotAsked)
    shape(
        call,
        action.name,
        [CONTEXT, *wanted, _resolved("proposal", proposed), _resolved("answer", answered)],
        CallToolResult,
    )
    made = Tool.from_function(call, title=action.title, description=action.description, annotations=CHANGES)
    return strict(made)


def _not_askable(office: Office, desk: Desk, ctx: Context[Any, Any], proposal: Proposal) -> str:
    """Why this plan's question is not put in the chat; empty: it is."""
    told = proposal.story
    if told.approved_outside:
        return "it is approved through another door"
    if not can_be_asked(ctx):
        return "this client can't show a form (it has no elicitation)"
    if closed := office.chat_closed():
        return f"the chat is no door: {closed}"
    if refused := desk.gate.chat_refusal(proposal.plan):
        return refused
    if told.state is PlanState.PENDING and any(one.by == desk.person.name for one in told.approvals):
        return f"{desk.person.name} said yes, and another person is needed"
    return ""


def _parameters(action: ActionShape) -> list[inspect.Parameter]:
    """An action's argument type as tool parameters, descriptions and limits included."""
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=Annotated[field.annotation, field],
            default=inspect.Parameter.empty if field.is_required() else field.default,
        )
        for name, field in action.arguments.model_fields.items()
    ]


def _resolved(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def _answered(ctx: Context[Any, Any]) -> ElicitResult | None:
    """This round's answer as it came, should it turn out to be for a plan that has ended; None in a first round."""
    answers = (ctx.input_responses or {}).values()
    return next((each for each in answers if isinstance(each, ElicitResult)), None)


async def _decide(office: Office, ctx: Context[Any, Any], proposal: Proposal, answer: Any) -> CallToolResult:
    from incident_mcp.workflow.debts import reminded
    from incident_mcp.workflow.waiting import naming_plans

    desk, by = await office.desk(), assistant(ctx)
    reply = await naming_plans(desk, await _decided(office, desk, ctx, proposal, answer), by)
    return result(await reminded(desk, reply))


async def _decided(
    office: Office, desk: Desk, ctx: Context[Any, Any], proposal: Proposal, answer: Any
) -> "ChangeReply":
    from incident_mcp.workflow import changes

    plan, told = await desk.gate.plan(proposal.plan.id)

    async def progress(done: float, total: float, message: str) -> None:
        await ctx.report_progress(done, total, message)

    given = getattr(answer, "data", None)
    if isinstance(given, NotAsked):
        if not told.approved_outside:
            raise ApprovalRequired(
                f"{desk.cluster}: approval required for plan {plan.id}, but {given.why}.",
                changes.how_outside(desk, plan),
            )
        _check_chat(office, desk, plan, told)
        return await changes.carry_out(desk, proposal, assistant(ctx), progress)
    entry = await _taken(office, desk, plan, told, answer)
    if not entry.data["seen"]:
        raise ApprovalRequired(
            f"{desk.cluster}: approval required for plan {plan.id}: the client answered, but not a person "
            f"({entry.data['why']}; {entry.id}). This is neither a yes nor a no.",
            changes.how_outside(desk, plan),
        )
    if entry.data["said"] != "accepted":
        words = {"declined": "Declined in the chat", "cancelled": "Cancelled, not answered"}
        return await changes.not_approved(desk, proposal, words.get(str(entry.data["said"]), "No yes"), entry.id)
    _, told = await desk.gate.plan(plan.id)
    if told.approval != entry.id and told.state in (PlanState.APPROVED, PlanState.SPENT):
        text = f"Plan {plan.id} was approved twice, and another call carries it out."
        return changes.carried_out_elsewhere(desk, proposal, text)
    if told.approval != entry.id:
        why = str(entry.data["why"]) or f"the plan is {told.state}"
        return await changes.not_approved(desk, proposal, f"A yes came, but {why}", entry.id)
    return await changes.carry_out(desk, proposal, assistant(ctx), progress)


def _check_chat(office: Office, desk: Desk, plan: Plan, told: PlanStory) -> None:
    """Raise `ApprovalRequired` where one of several yeses came through a chat that has become no door since."""
    if any(one.door == "chat" for one in told.approvals) and (closed := office.chat_closed()):
        raise ApprovalRequired(
            f"{desk.cluster}: plan {plan.id} is not carried out: one yes to it came in the chat, which is no door "
            f"any more: {closed}.",
            "Call the tool again after the plan's end: it makes a new one, which two persons approve in terminals.",
        )


async def _taken(office: Office, desk: Desk, plan: Plan, told: PlanStory, answer: Any) -> Entry:
    """The answer in the record. A hook that appeared since the question makes it worth nothing."""
    from incident_mcp.workflow import changes

    asked, doubt = told.asked or plan.made, office.chat_closed()
    verdict, ticked = said(answer, plan), chosen(answer, plan)
    return await changes.take_answer(desk, plan, verdict, "chat", desk.person, asked=asked, doubt=doubt, chosen=ticked)
