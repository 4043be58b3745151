"""`incident-mcp health [SCOPE]`: what is not well in the cluster, a namespace or one workload, root causes first."""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import Context, Kubeconfig
from incident_mcp.cli.reading import AsJson, InNamespace, Where, answer, kind_and_name
from incident_mcp.vocabulary.errors import BadRequest

if TYPE_CHECKING:
    from incident_mcp.workflow.desk import Desk
    from incident_mcp.workflow.health import HealthReply

NAME = "health"


def command(
    scope: Annotated[str | None, typer.Argument(help="A namespace, or KIND/NAME with -n; else the cluster.")] = None,
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: InNamespace = None,
    hygiene: Annotated[bool, typer.Option("--hygiene", help="List what is untidy as well.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Only who is not well, not why.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is not well, root causes first, and what could not be checked."""
    from incident_mcp.cli.finding_lines import health_page

    async def step(desk: "Desk") -> "HealthReply":
        from incident_mcp.workflow.health import check_health

        where, kind, name = _scope(scope, namespace, desk.api.default_namespace)
        return await check_health(
            desk, desk.person, namespace=where, kind=kind, name=name, incident=None, hygiene=hygiene, quick=quick
        )

    answer(Where(kubeconfig, context, namespace), step, health_page, as_json=as_json)


def _scope(scope: str | None, namespace: str | None, default: str) -> tuple[str | None, str | None, str | None]:
    """Namespace, kind and name. Raises `BadRequest` when two namespaces are named."""
    if scope is None:
        return namespace, None, None
    if "/" in scope:
        kind, name = kind_and_name(scope)
        return namespace or default, kind, name
    if namespace not in (None, scope):
        raise BadRequest(f"Two namespaces are named: {scope[:80]} and {namespace}.", "Name one, or KIND/NAME with -n.")
    return scope, None, None
