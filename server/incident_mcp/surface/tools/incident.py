"""The incident itself: open it, keep it true, read it back."""

from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.record.incident import Role, Status
from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, RECORDS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.severity import Severity
from incident_mcp.workflow import incidents
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.incidents import IncidentReply, NoteKind

SeverityName = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]


async def open_incident(
    desk: Desk,
    by: Actor,
    title: Annotated[str, Field(description="What people see, e.g. checkout is down.", max_length=200)],
    severity: SeverityName | None = None,
) -> IncidentReply:
    return await incidents.open_incident(desk, title, Severity(severity) if severity else None, by)


async def update_incident(
    desk: Desk,
    by: Actor,
    severity: SeverityName | None = None,
    status: Status | None = None,
    role: Role | None = None,
    name: Annotated[str | None, Field(description="Who takes the role.", max_length=100)] = None,
    reason: Annotated[str, Field(max_length=500)] = "",
    incident: IncidentName = None,
) -> IncidentReply:
    return await incidents.update_incident(
        desk,
        by,
        incident=incident,
        severity=Severity(severity) if severity else None,
        status=status,
        role=role,
        name=name,
        reason=reason,
    )


async def record_entry(
    desk: Desk,
    by: Actor,
    kind: NoteKind,
    text: Annotated[str, Field(max_length=2000)],
    why: Annotated[str, Field(description="The reason of a decision.", max_length=1000)] = "",
    at: Annotated[str | None, Field(description="When it happened, UTC: 02:10 or ISO 8601.", max_length=40)] = None,
    incident: IncidentName = None,
) -> Reply:
    return await incidents.record_entry(desk, by, incident=incident, kind=kind, text=text, why=why, at=at)


async def get_incident(
    desk: Desk,
    by: Actor,
    entries: Annotated[int, Field(description="How many of the newest entries.", ge=1, le=200)] = incidents.SHOWN,
    incident: IncidentName = None,
) -> IncidentReply:
    return await incidents.get_incident(desk, by, incident=incident, entries=entries)


def tools(office: Office) -> list[Tool]:
    return [
        tool(
            office,
            open_incident,
            title="Open an incident",
            description="Start the record of an incident: call this first. Adopts what was seen in the last hour.",
            annotations=RECORDS,
            always_loaded=True,
        ),
        tool(
            office,
            update_incident,
            title="Update the incident",
            description="Set severity, status or a role, as the person decided. Recorded as told by the assistant.",
            annotations=RECORDS,
        ),
        tool(
            office,
            record_entry,
            title="Record what was said",
            description="Add a note, a decision with its why, or the impact or onset that people report.",
            annotations=RECORDS,
        ),
        tool(
            office,
            get_incident,
            title="Where the incident stands",
            description="Status, severity, roles, the newest entries, and what became of each plan.",
            annotations=READS,
        ),
    ]
