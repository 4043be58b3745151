"""`incident-mcp changes`: what changed lately, the likeliest suspect first, by the same step as `what_changed`."""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import Context, Kubeconfig
from incident_mcp.cli.reading import AsJson, InNamespace, Where, answer

if TYPE_CHECKING:
    from incident_mcp.workflow.desk import Desk
    from incident_mcp.workflow.what_changed import ChangesReply

NAME = "changes"


def command(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: InNamespace = None,
    hours: Annotated[int, typer.Option(help="How far back.", min=1, max=168)] = 6,
    as_json: AsJson = False,
) -> None:
    """List recent changes, ranked by closeness to the onset and to what fails."""
    from incident_mcp.cli.change_lines import changes_page

    async def step(desk: "Desk") -> "ChangesReply":
        from incident_mcp.workflow.what_changed import what_changed

        return await what_changed(desk, desk.person, namespace=namespace, hours=hours, incident=None)

    answer(Where(kubeconfig, context, namespace), step, changes_page, as_json=as_json)
