"""`incident-mcp plan ID`: the whole plan that a question's three lines point to, read from the record alone."""

from typing import Annotated

import typer

from incident_mcp.cli.options import Context, Kubeconfig, Namespace, run, settings_of
from incident_mcp.settings import Settings

NAME = "plan"


def command(
    plan_id: Annotated[str, typer.Argument(metavar="ID", help="The plan's id, as the question shows it.")],
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Namespace = None,
) -> None:
    """Print a plan: difference, pods, warnings, promise, undo, and what became of it."""
    run(_main(settings_of(kubeconfig, context, namespace), plan_id))


async def _main(settings: Settings, plan_id: str) -> None:
    # The record is enough: a plan can be read while its cluster can't be reached.
    from incident_mcp.text.modes import IN_FULL
    from incident_mcp.text.plan_page import plan_page
    from incident_mcp.wiring import mode_of, stored_plan

    plan, told = await stored_plan(settings, plan_id)
    print(plan_page(plan))
    print(f"   {told.state}" + (f": {told.outcome_text}" if told.outcome_text else ""))
    print(f"   {IN_FULL[mode_of(settings)]}")
