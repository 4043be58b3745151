"""The way to the cluster, step by step: kubeconfig, server, identity, rights, metrics, monitoring.

A step that fails ends it.
"""

import os
import time
from dataclasses import dataclass, field

import anyio

from incident_mcp.cli.checkup.check import Check, bad, failed, good, off
from incident_mcp.cli.checkup.logs import log_checks
from incident_mcp.cli.checkup.monitoring import monitoring_checks
from incident_mcp.cluster import kubeconfig
from incident_mcp.cluster.access import identity
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.json_parts import text
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.metrics_api import check_metrics
from incident_mcp.settings import Settings
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.errors import Forbidden, IncidentError
from incident_mcp.workflow.permissions import ToolAccess, permissions

PATIENCE = 10.0
"""Seconds for one request, unless the settings allow less: a person waits."""
GROUPS = 4
"""Groups of the identity that are named."""


@dataclass(slots=True)
class ClusterReport:
    """What was found on the way; `tools` is empty when the cluster could not be asked."""

    name: str = ""
    namespace: str = ""
    checks: list[Check] = field(default_factory=list[Check])
    tools: tuple[ToolAccess, ...] = ()


async def cluster_report(settings: Settings, *, only: str | None) -> ClusterReport:
    """Check the way to the cluster. With `only`, rights are asked for in that one namespace."""
    report = ClusterReport()
    timeout = min(settings.request_timeout, PATIENCE)
    options = ConnectOptions(
        settings.kubeconfig,
        settings.context,
        settings.namespace,
        timeout=timeout,
        withheld=settings.secret_variables,
    )
    try:
        api = await connect(options, environment=os.environ)
    except IncidentError as error:
        report.checks = [failed("kubeconfig", error), off("cluster", "not checked")]
        return report
    try:
        await _follow(api, report, settings, only)
    except Exception as error:  # a fault of ours must not hide what was found before it
        report.checks.append(
            bad("rights", f"not checked, by a fault of incident-mcp ({type(error).__name__}: {error})")
        )
    finally:
        await api.aclose()
    return report


async def _follow(api: Api, report: ClusterReport, settings: Settings, only: str | None) -> None:
    report.name, report.namespace = api.cluster.name, only or api.default_namespace
    report.checks = [_kubeconfig(api, settings), _server(api), await _answers(api)]
    if report.checks[-1].mark == "bad":
        report.checks.append(off("rights", "not checked"))
        return
    found: dict[str, Check] = {}

    async def rights() -> None:
        try:
            report.tools = await permissions(api, namespace=report.namespace, only=only is not None)
        except IncidentError as error:
            found["rights"] = failed("rights", error)

    monitored: list[Check] = []

    async def monitoring() -> None:
        monitored.extend(await monitoring_checks(settings, api))
        monitored.extend(await log_checks(settings, api))

    async with anyio.create_task_group() as group:
        group.start_soon(monitoring)
        group.start_soon(_identity, api, found)
        group.start_soon(_metrics, api, found)
        group.start_soon(rights)
    report.checks += [found[name] for name in ("identity", "metrics") if name in found]
    report.checks += [*monitored, *([found["rights"]] if "rights" in found else [])]


def _kubeconfig(api: Api, settings: Settings) -> Check:
    files = [str(file) for file in kubeconfig.paths(settings.kubeconfig, os.environ)[0] if file.is_file()]
    if not files:
        return good("kubeconfig", "none: the pod's own service account is used")
    return good("kubeconfig", f"{listed(files)}: context {api.cluster.name}, user {api.user}")


def _server(api: Api) -> Check:
    server, trusted = api.cluster.server, api.cluster.ca
    if api.insecure:
        return bad(
            "cluster",
            f"{server}: its certificate is not checked, so anybody on the way can answer in its place",
            "Give the kubeconfig its certificate-authority, and remove insecure-skip-tls-verify.",
        )
    if server.startswith("http:"):
        return good("cluster", f"{server}, plain HTTP on this machine")
    return good("cluster", f"{server}, checked against {f'its CA {trusted[:12]}' if trusted else 'the system CAs'}")


async def _answers(api: Api) -> Check:
    began = time.monotonic()
    try:
        version = text(await api.get_json("/version"), "gitVersion")
    except Forbidden:
        version = "(it does not tell its version)"
    except IncidentError as error:
        return failed("answers", error)
    return good("answers", f"Kubernetes {version}, in {1000 * (time.monotonic() - began):.0f} ms")


async def _identity(api: Api, found: dict[str, Check]) -> None:
    try:
        who = await identity(api)
    except IncidentError as error:
        found["identity"] = failed("identity", error)
        return
    groups = [group for group in who.groups if group != "system:authenticated"]
    among = f", in {listed(groups, GROUPS)}" if groups else ""
    words = f"{who.name}{among}" if who.confirmed else f"{who.name}, as the kubeconfig calls it"
    found["identity"] = good("identity", words)


async def _metrics(api: Api, found: dict[str, Check]) -> None:
    look = Look(api, system_clock)
    try:
        await check_metrics(look)
    except IncidentError as error:
        found["metrics"] = failed("metrics", error)
        return
    missing = look.not_checked
    why = missing[0].why if missing else ""
    found["metrics"] = (
        off("metrics", f"{why}: usage of CPU and memory is not checked") if why else good("metrics", "there")
    )
