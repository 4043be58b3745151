"""Phase 4: is it really fixed?"""

from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.surface.arguments import IncidentName, Kind, Name, Namespace
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk


async def verify_fix(
    desk: Desk,
    by: Actor,
    kind: Kind,
    namespace: Namespace,
    name: Name,
    soak_seconds: Annotated[int | None, Field(description="How long to watch; default 60.", ge=0, le=3600)] = None,
    incident: IncidentName = None,
) -> Reply:
    from incident_mcp.workflow import verification

    return await verification.verify_fix(
        desk, by, kind=kind, namespace=namespace, name=name, soak_seconds=soak_seconds, incident=incident
    )


def tools(office: Office) -> list[Tool]:
    return [
        tool(
            office,
            verify_fix,
            title="Verify the fix",
            description="Pods ready and not restarting over a soak, endpoints, an answer through its Service and from "
            "outside, errors gone, metrics as usual, the promise kept: recovered, not recovered or not yet known.",
            annotations=READS,
        )
    ]
