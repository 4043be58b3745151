"""Phase 2: show a change before anybody is asked, then ask. Changes are listed only where writing is enabled."""

import inspect
from enum import StrEnum
from typing import Annotated, Any

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from incident_mcp.surface.arguments import IncidentName
from incident_mcp.surface.changing import changing_tool
from incident_mcp.surface.office import Office
from incident_mcp.surface.tool import READS, tool
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk


def tools(office: Office) -> list[Tool]:
    changing = [changing_tool(office, action) for action in office.actions] if office.writing else []
    return [_preview(office), *changing]


def _preview(office: Office) -> Tool:
    async def preview_change(desk: Desk, by: Actor, **arguments: Any) -> Reply:
        from incident_mcp.workflow import changes

        return await changes.preview_change(
            desk,
            str(arguments["tool"]),
            arguments["arguments"],
            by,
            incident=arguments["incident"],
            evidence=tuple(arguments["evidence"] or ()),
        )

    names = StrEnum("Change", [(action.name, action.name) for action in office.actions])
    given = Annotated[dict[str, Any], Field(description="Its arguments; wrong ones return its argument list.")]
    seen = Annotated[list[str] | None, Field(description="After a decline: entries that looks wrote since.")]
    keyword = inspect.Parameter.KEYWORD_ONLY
    preview_change.__signature__ = inspect.Signature(  # pyright: ignore[reportFunctionMemberAccess]
        [
            inspect.Parameter("tool", keyword, annotation=names),
            inspect.Parameter("arguments", keyword, annotation=given),
            inspect.Parameter("evidence", keyword, annotation=seen, default=None),
            inspect.Parameter("incident", keyword, annotation=IncidentName, default=None),
        ]
    )
    return tool(
        office,
        preview_change,
        title="Preview a change",
        description="The whole plan of a change: difference, pods, warnings, promise, undo. Changes nothing. Show it "
        "to the person, then call the tool itself: it asks for this plan.",
        annotations=READS,
        always_loaded=True,
    )
