"""`incident-mcp assess`: phase 1 in a terminal, by the same step as `assess_incident` in the chat."""

from typing import TYPE_CHECKING

from incident_mcp.cli.options import Context, Kubeconfig
from incident_mcp.cli.reading import AsJson, InNamespace, InSandbox, Where, answer

if TYPE_CHECKING:
    from incident_mcp.workflow.assessment import AssessmentReply
    from incident_mcp.workflow.desk import Desk

NAME = "assess"


def command(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: InNamespace = None,
    sandbox: InSandbox = None,
    as_json: AsJson = False,
) -> None:
    """Assess: what is broken, why, since when, what changed, how bad, what to do."""
    from incident_mcp.cli.assessment_lines import assessment_page

    async def step(desk: "Desk") -> "AssessmentReply":
        from incident_mcp.workflow.assessment import assess_incident

        return await assess_incident(desk, desk.person, namespace=namespace, incident=None)

    answer(Where(kubeconfig, context, namespace, sandbox), step, assessment_page, as_json=as_json)
