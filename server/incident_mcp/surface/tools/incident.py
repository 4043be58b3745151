"""The incident itself: open it, keep it true, read it back."""

from typing import Annotated, Literal

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.record.incident import Role
from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, RECORDS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.vocabulary.severity import Severity
from incident_mcp.workflow import closing, handing_over, incidents, recording, standing
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.handing_over import HandOverReply
from incident_mcp.workflow.incidents import SettableStatus
from incident_mcp.workflow.recording import NoteKind
from incident_mcp.workflow.standing import IncidentReply

SeverityName = Literal["SEV-1", "SEV-2", "SEV-3", "SEV-4"]


async def open_incident(
    desk: Desk,
    by: Actor,
    title: Annotated[str, Field(description="What people see, e.g. checkout is down.", max_length=200)],
    severity: SeverityName | None = None,
    alert: Annotated[str, Field(description="Of PagerDuty or Alertmanager.", max_length=200)] = "",
) -> IncidentReply:
    return await incidents.open_incident(desk, title, Severity(severity) if severity else None, by, alert)


async def update_incident(
    desk: Desk,
    by: Actor,
    severity: SeverityName | None = None,
    status: SettableStatus | None = None,
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
    entry: Annotated[
        str | None, Field(description="The finding that a root_cause confirms; what a correction replaces; the debt.")
    ] = None,
    at: Annotated[str | None, Field(description="When it happened, UTC: 02:10 or ISO 8601.", max_length=40)] = None,
    incident: IncidentName = None,
) -> Reply:
    return await recording.record_entry(desk, by, incident=incident, kind=kind, text=text, why=why, entry=entry, at=at)


async def get_incident(
    desk: Desk,
    by: Actor,
    entries: Annotated[int, Field(description="How many of the newest entries.", ge=1, le=200)] = standing.SHOWN,
    at: Annotated[str | None, Field(description="What was known then, UTC: 14:05.", max_length=40)] = None,
    incident: IncidentName = None,
) -> IncidentReply:
    return await standing.get_incident(desk, by, incident=incident, entries=entries, at=at)


async def close_incident(
    desk: Desk,
    by: Actor,
    reason: Annotated[str, Field(description="The person's, where no verdict stands.", max_length=500)] = "",
    incident: IncidentName = None,
) -> IncidentReply:
    return await closing.close_incident(desk, by, incident=incident, reason=reason)


async def hand_over(
    desk: Desk,
    by: Actor,
    receiver: Annotated[str, Field(description="Who commands from here.", max_length=100)],
    note: Annotated[str, Field(max_length=1000)] = "",
    incident: IncidentName = None,
) -> HandOverReply:
    return await handing_over.hand_over(desk, by, receiver=receiver, note=note, incident=incident)


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
            description="Add what people say: a note, decision, reported impact or onset, root cause, deployed fix, "
            "sent update, the correction of such an entry; who takes a debt, or why it is settled.",
            annotations=RECORDS,
        ),
        tool(
            office,
            get_incident,
            title="Where the incident stands",
            description="Status, severity, roles, deadlines, entries, what became of plans. at: as it was known then.",
            annotations=READS,
        ),
        tool(
            office,
            close_incident,
            title="Close the incident",
            description="Wants the verdict recovered from verify_fix, or a person's reason.",
            annotations=RECORDS,
        ),
        tool(
            office,
            hand_over,
            title="Hand over to the next shift",
            description="Record who takes over, and get the packet: state, plans in flight, deadlines, open questions.",
            annotations=RECORDS,
        ),
    ]
