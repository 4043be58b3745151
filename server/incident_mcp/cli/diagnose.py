"""`incident-mcp diagnose KIND/NAME -n NS`: one workload in depth, by the same step as `diagnose_workload`."""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import Context, Kubeconfig
from incident_mcp.cli.reading import AsJson, Where, answer, kind_and_name

if TYPE_CHECKING:
    from incident_mcp.workflow.desk import Desk
    from incident_mcp.workflow.diagnosis import DiagnosisReply

NAME = "diagnose"


def command(
    workload: Annotated[str, typer.Argument(metavar="KIND/NAME", help="For example deployment/checkout.")],
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Its namespace; else the context's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Diagnose one workload: causes, common issues, rollout, resource use, what would help."""
    from incident_mcp.cli.diagnosis_lines import diagnosis_page

    async def step(desk: "Desk") -> "DiagnosisReply":
        from incident_mcp.workflow.diagnosis import diagnose_workload

        kind, name = kind_and_name(workload)
        where = namespace or desk.api.default_namespace
        return await diagnose_workload(desk, desk.person, kind=kind, namespace=where, name=name, incident=None)

    answer(Where(kubeconfig, context, namespace), step, diagnosis_page, as_json=as_json)
