"""`incident-mcp approve [PLAN]`, `incident-mcp decline [PLAN]`: a person answers a plan in a terminal of their own.

For clients that can't ask, or answer unseen, and for policies that want it so. The assistant repeats the same call
afterwards; the approval is used once.
"""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

if TYPE_CHECKING:
    from incident_mcp.gate.doors import Door
    from incident_mcp.record.plans import PlanStory
    from incident_mcp.vocabulary.plan import Plan

NAME = "approve"
PlanId = Annotated[str | None, typer.Argument(metavar="PLAN", help="The plan's id; else the only one that waits.")]


def command(
    plan_id: PlanId = None,
    name: Annotated[str | None, typer.Option("--as", help="Who you are; else your name in the record.")] = None,
    only: Annotated[
        str | None, typer.Option(metavar="BOXES", help="Of several messages only these: slack,email or 1,3.")
    ] = None,
    carry_out: Annotated[
        bool, typer.Option("--carry-out", help="Carry it out, too: for when the assistant is gone.")
    ] = False,
) -> None:
    """Show a plan, and approve it with your passphrase. A declined plan: let its change be asked again."""
    run(_approve(settings_of(None, None, None), plan_id, name, only, carry_out=carry_out))


def decline(plan_id: PlanId = None) -> None:
    """Decline a plan: the assistant may not ask for the same change again without new evidence."""
    run(_decline(settings_of(None, None, None), plan_id))


async def _approve(
    settings: Settings, plan_id: str | None, name: str | None, only: str | None, *, carry_out: bool
) -> None:
    from incident_mcp.cli.terminal import ask_line, ask_secret
    from incident_mcp.cli.ticking import ticked
    from incident_mcp.gate.approvers import NoPassphrase
    from incident_mcp.record.plans import PlanState
    from incident_mcp.text.modes import IN_FULL
    from incident_mcp.text.plan_page import plan_page
    from incident_mcp.vocabulary.errors import BadRequest
    from incident_mcp.wiring import NOBODY_APPROVES, mode_of, persons_door
    from incident_mcp.workflow.answered import approved_words

    door, person = persons_door(settings), name or settings.person.name
    plan, told = _chosen(door, plan_id)
    if not door.anybody():
        raise NoPassphrase(NOBODY_APPROVES)
    print(f"{plan_page(plan)}\n{IN_FULL[mode_of(settings)]}")
    if told.state is PlanState.DECLINED:
        secret = ask_secret(f"It was declined. {person}'s passphrase lets the assistant ask again: ")
        entry = await door.reopen(plan, person, secret)
        print(f"Recorded ({entry.id}): it may be asked again. Nothing is approved.")
        return
    if told.state is not PlanState.PENDING and told.state is not PlanState.APPROVED:
        raise BadRequest(f"Plan {plan.id} is {told.state}: {told.outcome_text or 'it can be used no more.'}")
    typed = ask_line(f"{plan.question.box}: ") if plan.question.typed else None
    chosen = ticked(plan, only)
    secret = ask_secret(f"{person}'s passphrase approves exactly this: ")
    entry = await door.approve(plan, person, secret, typed, chosen)
    told = door.find(plan.id)[1]
    print(approved_words(plan, told, entry))
    if told.state is PlanState.APPROVED and carry_out:
        print(await _carried_out(settings, plan))


async def _carried_out(settings: Settings, plan: "Plan") -> str:
    """What came of it, where nobody else asks for it any more."""
    from incident_mcp.cli.options import environment
    from incident_mcp.wiring import open_desk, remote_door

    if remote := remote_door(settings):
        return remote.carry_out(plan, settings.person).text
    here = settings.model_copy(update={"context": settings.context or plan.cluster.name, "allow_writes": True})
    desk = await open_desk(here, environment())
    try:
        return (await desk.gate.execute(plan, settings.person)).text
    finally:
        await desk.aclose()


async def _decline(settings: Settings, plan_id: str | None) -> None:
    from incident_mcp.wiring import persons_door
    from incident_mcp.workflow.answered import declined_words

    door = persons_door(settings)
    plan, told = _chosen(door, plan_id)
    entry = await door.decline(plan, settings.person)
    print(declined_words(plan, told, entry))


def _chosen(door: "Door", plan_id: str | None) -> "tuple[Plan, PlanStory]":
    """The plan that is meant. Raises `BadRequest` when none or several wait and none was named."""
    from incident_mcp.vocabulary.errors import BadRequest

    if plan_id is not None:
        return door.find(plan_id)
    waiting = door.waiting()
    if len(waiting) == 1:
        return waiting[0]
    lines = "; ".join(f"{plan.id} {plan.cluster.name}: {plan.draft.headline}" for plan, _ in waiting)
    raise BadRequest(*(("Several plans wait.", lines) if waiting else ("No plan waits for a person.",)))
