"""A plan that waits is named in every answer, until it is decided or what it was made for is over."""

from typing import TypeVar

from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk

R = TypeVar("R", bound=Reply)
MOST = 3
"""Plans named in one answer; get_incident has them all."""


async def naming_plans(desk: Desk, reply: R, by: Actor) -> R:
    """The reply with a line for each plan of its incident that waits and that it does not name itself."""
    if reply.incident is None:
        return reply
    try:
        lines = await desk.gate.waiting(reply.incident, by)
    except IncidentError:  # the answer itself is there, and must not be lost
        return reply
    said = "\n".join((*reply.summary, *map(str, reply.model_dump(include={"plan"}).values())))
    fresh = [line for line in lines if line.split()[1] not in said]
    return reply.model_copy(update={"summary": (*reply.summary, *fresh[:MOST])}) if fresh else reply
