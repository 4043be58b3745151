"""`incident-mcp doctor`: one screen that says what works, what does not, and what to do about it.

It works when things are broken; that is what it is for. Exit code 0: the reading tools work.
"""

import sys
from typing import TYPE_CHECKING, Annotated, TextIO, cast

import typer

from incident_mcp.cli.options import Context, Kubeconfig, run, settings_of

if TYPE_CHECKING:
    from incident_mcp.cli.checkup.findings import Findings

NAME = "doctor"


def command(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Annotated[
        str | None, typer.Option("--namespace", "-n", help="Ask for rights in this namespace only.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
    policy: Annotated[bool, typer.Option("--policy", help="Print the policy that holds, whole, as TOML.")] = False,
    rbac: Annotated[bool, typer.Option("--rbac", help="Print the least RBAC manifests: reader, then writer.")] = False,
) -> None:
    """Check settings, record, cluster and permissions: what works, what does not, what to do."""
    cast("TextIO", sys.stdout).reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    if rbac:
        from incident_mcp.cli.checkup.rbac import manifests

        print(manifests(), end="")
        return
    if policy:
        from incident_mcp.cli.checkup.policy import policy_in_full

        run(policy_in_full(settings_of(kubeconfig, context, namespace)))
        return
    import anyio

    findings = anyio.run(_findings, kubeconfig, context, namespace)
    print(findings.as_json() if as_json else findings.page())
    raise typer.Exit(0 if findings.reading else 1)


async def _findings(kubeconfig: str | None, context: str | None, namespace: str | None) -> "Findings":
    from incident_mcp.cli.checkup.cluster import cluster_report
    from incident_mcp.cli.checkup.findings import Findings
    from incident_mcp.cli.checkup.own import own_checks, settings_check
    from incident_mcp.cli.located import located

    settings, checked = settings_check(kubeconfig=kubeconfig, context=context, namespace=namespace)
    settings, serving = located(settings, named=bool(kubeconfig or context))
    own = [checked, *own_checks(settings, serving)]
    return Findings(
        own,
        await cluster_report(settings, only=namespace),
        writing=settings.allow_writes,
        separated=settings.executor is not None,
    )
