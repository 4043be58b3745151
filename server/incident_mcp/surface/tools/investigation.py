"""Phase 3: the history of a workload, and what its logs say."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.surface.arguments import IncidentName, Kind, Name, Namespace
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.log_source import AtLeast
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.specialist import Specialist
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.progress import Progress


async def diagnose_workload(
    desk: Desk, by: Actor, kind: Kind, namespace: Namespace, name: Name, incident: IncidentName = None
) -> Reply:
    from incident_mcp.workflow import diagnosis

    return await diagnosis.diagnose_workload(desk, by, kind=kind, namespace=namespace, name=name, incident=incident)


async def rollout_history(
    desk: Desk, by: Actor, kind: Kind, namespace: Namespace, name: Name, incident: IncidentName = None
) -> Reply:
    from incident_mcp.workflow import history

    return await history.rollout_history(desk, by, kind=kind, namespace=namespace, name=name, incident=incident)


async def analyze_logs(
    desk: Desk,
    by: Actor,
    namespace: Annotated[str | None, Field(description="Default: all, by Loki or the like.")] = None,
    kind: Annotated[str | None, Field(description="Workload, Job or Pod; default: all pods.")] = None,
    name: str | None = None,
    selector: str | None = None,
    since: Annotated[str, Field(description="2h, or a time: 02:10.")] = "60m",
    until: str | None = None,
    container: str | None = None,
    previous: bool = False,
    level: AtLeast = "info",
    match: Annotated[str | None, Field(description="Texts, | between; case is ignored.")] = None,
    onset: Annotated[str | None, Field(description="New is what came since.")] = None,
    pattern: Annotated[int | None, Field(description="An id: its lines.", ge=1)] = None,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import log_patterns, log_scope

    asked = log_scope.LogsAsked(
        namespace=namespace,
        kind=kind,
        name=name,
        selector=selector,
        container=container,
        since=since,
        until=until,
        previous=previous,
        level=level,
        match=match,
    )
    return await log_patterns.analyze_logs(desk, by, asked, onset=onset, pattern=pattern, incident=incident)


async def follow_logs(
    desk: Desk,
    by: Actor,
    progress: Progress,
    namespace: Namespace,
    kind: str | None = None,
    name: str | None = None,
    selector: str | None = None,
    seconds: Annotated[int, Field(ge=1, le=300)] = 30,
    match: str | None = None,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import log_following, log_scope

    asked = log_scope.LogsAsked(
        namespace=namespace,
        kind=kind,
        name=name,
        selector=selector,
        match=match,
    )
    return await log_following.follow_logs(desk, by, asked, seconds=seconds, incident=incident, progress=progress)


async def read_object(
    desk: Desk,
    by: Actor,
    kind: Annotated[str, Field(description="Any kind, as kubectl takes it.", max_length=253)],
    name: Annotated[str | None, Field(description="Default: a table of all.", max_length=253)] = None,
    namespace: Annotated[str | None, Field(max_length=253)] = None,
    selector: Annotated[str | None, Field(description="Labels, e.g. app=checkout.", max_length=500)] = None,
    field: Annotated[str | None, Field(description="A part in full, e.g. spec.template.", max_length=200)] = None,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import objects

    return await objects.read_object(
        desk, by, kind=kind, name=name, namespace=namespace, selector=selector, field=field, incident=incident
    )


async def hand_off(
    desk: Desk,
    by: Actor,
    specialist: Specialist,
    question: Annotated[str, Field(max_length=500)],
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import briefing

    return await briefing.hand_off(desk, by, specialist=specialist, question=question, incident=incident)


def tools(office: Office) -> list[Tool]:
    return [
        tool(
            office,
            diagnose_workload,
            title="Diagnose a workload",
            description="One workload in depth: cause chain, the seven common issues found, ruled out or not checked, "
            "rollout state, resource use, the decision tree and the call that fits.",
            annotations=READS,
        ),
        tool(
            office,
            rollout_history,
            title="Rollout history",
            description="Revisions of a workload, newest first: images, age, how long each ran, what differs, whether "
            "it was seen ready.",
            annotations=READS,
        ),
        tool(
            office,
            analyze_logs,
            title="Analyze logs",
            description="Logs as ranked patterns with counts, new errors first; previous instances too.",
            annotations=READS,
        ),
        tool(
            office,
            follow_logs,
            title="Follow logs",
            description="Logs for some seconds as they come: what is new, and errors.",
            annotations=READS,
        ),
        tool(
            office,
            read_object,
            title="Read an object",
            description="Any object, custom resources included, in short and masked, with its events; or a table by "
            "selector. Secrets: metadata only.",
            annotations=READS,
        ),
        tool(
            office,
            hand_off,
            title="Hand a question off",
            description="A brief for a specialist, from the record: known, ruled out, open; where code fails.",
            annotations=READS,
        ),
    ]
