"""Tell the others where it stands: Slack, the status page, stakeholders by mail, in one plan with a box for each."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from incident_mcp.communicate.telling import Telling
from incident_mcp.vocabulary.action import NOTHING_KNOWN, Known
from incident_mcp.vocabulary.plan import Draft
from incident_mcp.vocabulary.value import Value

Where = Literal["slack", "statuspage", "email"]


class UpdateArguments(Value):
    """What is said, and to whom."""

    status: Literal["investigating", "identified", "monitoring", "resolved"]
    impact: str = Field(description="Who feels what, in words for everybody.", max_length=500)
    to: list[Where] | None = Field(None, description="Default: all.")
    components: dict[str, str] = Field({}, description="Name: Statuspage's state.")
    eta: str = Field("", description="Only a person's word.", max_length=100)
    next_minutes: int | None = None
    internal: str = Field("", description="Edited text for Slack.", max_length=4000)
    public: str = Field("", description="Edited text for page and mail.", max_length=4000)


class PostUpdate(Telling):
    """One update on several channels."""

    name = "post_update"
    title = "Post an update"
    description = "Tell Slack, status page, stakeholders; drafted from the record. Preview first; a person ticks each."
    arguments = UpdateArguments

    async def preview(self, arguments: UpdateArguments, known: Known = NOTHING_KNOWN) -> Draft:
        """Raises `BadRequest` for a text that may not go out, with what was found and where."""
        from incident_mcp.communicate.updates import Update

        about, entries = await self.told(known)
        return Update(self.board, arguments, about, entries, self.clock()).draft()
