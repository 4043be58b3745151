"""MCP resources: `incident://current`, and a timeline and a postmortem for each incident.

They are listed one by one, since clients show and mention what is listed, and templates are seldom drawn. Whoever
listens (protocol 2026-07-28) or has subscribed (2025-11-25) is told when a call has written to them.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ResourceError
from mcp.types import CallToolResult
from mcp.types import Resource as ListedResource

from incident_mcp.surface.followers import Followers
from incident_mcp.surface.office import Office
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.workflow import pages
from incident_mcp.workflow.desk import Desk

CURRENT = "incident://current"
TIMELINE = "incident://{incident}/timeline"
POSTMORTEM = "incident://{incident}/postmortem"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"
LISTED = 20
"""The newest incidents are listed; an older one is read by its address all the same."""


def add_pages(server: MCPServer[Any], office: Office) -> None:
    """Register the page of the current incident, and the two pages of any incident by its id."""

    async def current() -> str:
        return await _page(office, pages.current_page)

    async def timeline(incident: str) -> str:
        return await _page(office, lambda desk: pages.timeline_page(desk, incident))

    async def postmortem(incident: str) -> str:
        return await _page(office, lambda desk: pages.postmortem_page(desk, incident))

    add = server.resource
    add(CURRENT, title="Where the incident stands", mime_type=PLAIN)(current)
    add(TIMELINE, title="Timeline of an incident", mime_type=PLAIN)(timeline)
    add(POSTMORTEM, title="Postmortem of an incident, so far", mime_type=MARKDOWN)(postmortem)


async def _page(office: Office, page: Callable[[Desk], Awaitable[str]]) -> str:
    try:
        return mask(await page(await office.desk()))
    except IncidentError as error:
        raise ResourceError(mask(str(error))) from error


async def listed(office: Office) -> list[ListedResource]:
    """The pages of the newest incidents; none while there is no record to read."""
    try:
        found = await pages.incidents_with_pages(await office.desk(), LISTED)
    except IncidentError:
        return []
    made: list[ListedResource] = []
    for incident, title, written in found:
        made.append(_listed(TIMELINE, incident, f"Timeline: {title}", PLAIN))
        if written:
            made.append(_listed(POSTMORTEM, incident, f"Postmortem: {title}", MARKDOWN))
    return made


def _listed(template: str, incident: str, title: str, mime_type: str) -> ListedResource:
    uri = template.format(incident=incident)
    return ListedResource(uri=uri, name=uri.removeprefix("incident://"), title=title, mime_type=mime_type)


async def tell(context: Context[Any, Any], followers: Followers, tool: str, result: CallToolResult) -> None:
    """A call has written to an incident: tell who follows its pages, and of new pages."""
    content = result.structured_content
    incident = content.get("incident") if content else None
    if not isinstance(incident, str):
        return
    for uri in (CURRENT, *(template.format(incident=incident) for template in (TIMELINE, POSTMORTEM))):
        await context.notify_resource_updated(uri)
        await followers.updated(uri)
    if tool in ("open_incident", "write_postmortem"):
        await context.notify_resources_changed()
