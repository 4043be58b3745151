"""The only functions that change a cluster. Each takes a permit, and sends exactly what the permit's plan lists.

Every request says in its user agent which plan it belongs to, so the API server's own audit log can prove that nothing
of ours was written without one. A rehearsal is the same request with `dryRun=All`: it needs the real right and stores
nothing, so it needs no permit.
"""

from datetime import datetime
from typing import Any

from incident_mcp import __version__
from incident_mcp.cluster.api import Api
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write


class NotPermitted(IncidentError):
    """A write that its permit does not cover: not in the plan, or after the plan's end."""


async def send(api: Api, write: Write, permit: Permit, now: datetime) -> dict[str, Any]:
    """Send one write of an approved plan, once. Never repeated here: a lost answer is *unknown*.

    Raises `NotPermitted` before anything is sent, `Conflict` or `Invalid` when a precondition failed on the server,
    `Unreachable` with `sent=True` when the connection broke after the request had left.
    """
    if not permit.covers(write, now):
        raise NotPermitted(
            f"The approval of plan {permit.plan.id} does not cover this write, or its time is over.",
            "Call the tool again: it makes a new plan and asks a person.",
        )
    return await _request(api, write, f"incident-mcp/{__version__} plan/{permit.plan.digest}", dry_run=False)


async def rehearse(api: Api, write: Write) -> dict[str, Any]:
    """The server's answer to the same write as a dry run: the object as it would be."""
    return await _request(api, write, f"incident-mcp/{__version__} rehearsal", dry_run=True)


async def _request(api: Api, write: Write, agent: str, *, dry_run: bool) -> dict[str, Any]:
    match write.method:
        case "PATCH":
            return await api.patch(
                write.path, write.body, content_type=write.content_type, user_agent=agent, dry_run=dry_run
            )
        case "POST":
            return await api.create(write.path, write.body, user_agent=agent, dry_run=dry_run)
        case "DELETE":
            options = write.body if isinstance(write.body, dict) else {}
            return await api.delete(write.path, options, user_agent=agent, dry_run=dry_run)
