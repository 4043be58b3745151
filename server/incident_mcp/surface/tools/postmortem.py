"""Phase 5: the postmortem writes itself from the record."""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import RECORDS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk


async def write_postmortem(
    desk: Desk,
    by: Actor,
    note: Annotated[
        str, Field(description="Lessons in sentences, each citing what it stands on: [e12].", max_length=4000)
    ] = "",
    html: Annotated[bool, Field(description="Also as one HTML file with a drawn timeline.")] = False,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import postmortems

    return await postmortems.write_postmortem(desk, by, incident=incident, note=note, html=html)


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
