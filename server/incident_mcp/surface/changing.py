"""Mutating tools, made from actions: the plan and the person's answer are resolved, never given by the model."""

import inspect
from functools import partial
from typing import Annotated, Any

from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, ElicitResult

from incident_mcp.gate.request import Proposal
from incident_mcp.record.plans import PlanState
from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.asking import NotAsked, form, said, said_unread
from incident_mcp.surface.caller import assistant, can_be_asked
from incident_mcp.surface.office import ActionShape, Office
from incident_mcp.surface.tool import CHANGES, CONTEXT, result, shape, strict
from incident_mcp.vocabulary.errors import IncidentError


class ApprovalRequired(IncidentError):
    """A change waits for a person, and this client can't ask one."""


def changing_tool(office: Office, action: ActionShape) -> Tool:
    """The tool of one action: it asks a person about exactly one plan, and carries that out once."""

    async def propose(ctx: Context[Any, Any], incident: str | None, **arguments: Any) -> Proposal:
        from incident_mcp.workflow import changes

        desk, by = await office.desk(), assistant(ctx)
        desk.gate.check_writing()
        found = await desk.incident_of_a_change(incident)
        answer = _answered(ctx)
        if answer is None:
            return await changes.propose_to_ask(desk, action.name, arguments, by, incident=found.id)
        return await changes.propose_again(
            desk, action.name, arguments, by, partial(said_unread, answer), incident=found.id
        )

    async def ask(ctx: Context[Any, Any], proposal: Proposal) -> Elicit[Any] | NotAsked:
        if not can_be_asked(ctx):
            return NotAsked("this client can't show a form (it has no elicitation)")
        desk = await office.desk()
        await desk.gate.ask(proposal, assistant(ctx))
        return form(proposal.plan.question)

    async def call(ctx: Context[Any, Any], proposal: Proposal, answer: Any, **_: Any) -> CallToolResult:
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
    from incident_mcp.workflow import changes
    from incident_mcp.workflow.debts import reminded

    desk, by = await office.desk(), assistant(ctx)
    given = getattr(answer, "data", None)
    if isinstance(given, NotAsked):
        raise ApprovalRequired(
            f"{desk.cluster}: approval required for plan {proposal.plan.id}, but {given.why}.",
            "Use a client that can show a form, such as Claude Code in a terminal.",
        )
    plan, told = await desk.gate.plan(proposal.plan.id)
    verdict = said(answer, plan)
    entry = await changes.take_answer(desk, plan, verdict, "chat", desk.person, asked=told.asked or plan.made)
    if verdict != "accepted":
        words = {"declined": "Declined in the chat", "cancelled": "Cancelled, not answered"}.get(verdict, "No yes")
        return result(await changes.not_approved(desk, proposal, words, entry))
    _, told = await desk.gate.plan(plan.id)
    if told.approval != entry and told.state in (PlanState.APPROVED, PlanState.SPENT):
        text = f"Plan {plan.id} was approved twice, and another call carries it out."
        return result(changes.carried_out_elsewhere(desk, proposal, text))
    if told.approval != entry:
        return result(await changes.not_approved(desk, proposal, f"A yes came, but the plan is {told.state}", entry))

    async def progress(done: float, total: float, message: str) -> None:
        await ctx.report_progress(done, total, message)

    return result(await reminded(desk, await changes.carry_out(desk, proposal, by, progress)))
