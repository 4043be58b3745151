"""Phase 1: what is broken, how bad, since when, what changed."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk

MaybeNamespace = Annotated[str | None, Field(description="Default: the whole cluster.", max_length=253)]


async def assess_incident(
    desk: Desk, by: Actor, namespace: MaybeNamespace = None, incident: IncidentName = None
) -> Reply:
    from incident_mcp.workflow import assessment

    return await assessment.assess_incident(desk, by, namespace=namespace, incident=incident)


async def check_health(
    desk: Desk,
    by: Actor,
    namespace: MaybeNamespace = None,
    kind: Annotated[str | None, Field(description="With name: look at one workload.", max_length=63)] = None,
    name: Annotated[str | None, Field(max_length=253)] = None,
    hygiene: Annotated[bool, Field(description="List what is untidy too; no cause of an incident.")] = False,
    quick: Annotated[bool, Field(description="Only who is not well, not why.")] = False,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import health

    return await health.check_health(
        desk, by, namespace=namespace, kind=kind, name=name, incident=incident, hygiene=hygiene, quick=quick
    )


async def what_changed(
    desk: Desk,
    by: Actor,
    namespace: MaybeNamespace = None,
    hours: Annotated[int, Field(ge=1, le=168)] = 6,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import what_changed as step

    return await step.what_changed(desk, by, namespace=namespace, hours=hours, incident=incident)


async def resource_usage(
    desk: Desk, by: Actor, namespace: MaybeNamespace = None, incident: IncidentName = None
) -> Reply:
    from incident_mcp.workflow import usage

    return await usage.resource_usage(desk, by, namespace=namespace, incident=incident)


def tools(office: Office) -> list[Tool]:
    return [
        tool(
            office,
            assess_incident,
            title="Assess the incident",
            description="Impact, cause with evidence, onset, what changed, trend, a proposed severity and the change "
            "to propose. One call; call it again for a fresh look.",
            annotations=READS,
            always_loaded=True,
        ),
        tool(
            office,
            check_health,
            title="Check health",
            description="What is not well in the cluster, a namespace or one workload, root causes first, and what "
            "could not be checked.",
            annotations=READS,
            always_loaded=True,
        ),
        tool(
            office,
            what_changed,
            title="What changed",
            description="One ranked list of recent changes: rollouts, ConfigMap, Secret and policy edits, scalings, "
            "nodes, Helm releases, GitOps syncs, traffic, by closeness to the onset and to what fails.",
            annotations=READS,
        ),
        tool(
            office,
            resource_usage,
            title="Resource usage",
            description="What pods and nodes use by the metrics server, beside requests, limits and restarts; those "
            "closest to a limit first.",
            annotations=READS,
        ),
    ]
