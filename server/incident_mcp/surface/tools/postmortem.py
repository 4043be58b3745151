"""Phase 5: the postmortem writes itself from the record."""

from mcp.server.mcpserver.tools import Tool

from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import RECORDS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk


async def write_postmortem(desk: Desk, by: Actor, incident: IncidentName = None) -> Reply:
    from incident_mcp.workflow import postmortems

    return await postmortems.write_postmortem(desk, by, incident=incident)


def tools(office: Office) -> list[Tool]:
    return [
        tool(
            office,
            write_postmortem,
            title="Write the postmortem",
            description="Write postmortems/DATE-SLUG.md from the record; every statement carries its entry's id.",
            annotations=RECORDS,
        )
    ]
