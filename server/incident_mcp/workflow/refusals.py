"""A change that was asked for and not made is part of the story too."""

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.workflow.desk import Desk


async def refuse(desk: Desk, incident: str | None, tool: str, error: IncidentError, by: Actor) -> None:
    """Record a change that was asked for and not made."""
    await desk.record.append(
        incident,
        NewEntry(
            kind=EntryKind.REFUSAL,
            text=f"{tool} was refused: {error.happened} Nothing was changed.",
            actor=by,
            tool=tool,
            data={"why": error.happened},
        ),
    )
