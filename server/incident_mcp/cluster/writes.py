"""The only functions that change a cluster. Each takes a permit, and sends exactly what the permit's plan lists.

Every request says in its user agent which plan it belongs to, so the API server's own audit log can prove that nothing
of ours was written without one. A rehearsal is the same request with `dryRun=All`: it needs the real right and stores
nothing, so it needs no permit.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from incident_mcp import __version__
from incident_mcp.cluster.api import Api
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write

if TYPE_CHECKING:  # loaded with the first command
    from incident_mcp.cluster.container_exec import Ran


class NotPermitted(IncidentError):
    """A write that its permit does not cover: not in the plan, or after the plan's end."""


async def send(api: Api, write: Write, permit: Permit, now: datetime) -> dict[str, Any]:
    """Send one write of an approved plan, once. Never repeated here: a lost answer is *unknown*.

    Raises `NotPermitted` before anything is sent, `Conflict` or `Invalid` when a precondition failed on the server,
    `Unreachable` with `sent=True` when the connection broke after the request had left.
    """
    return await _request(api, write, _agent(write, permit, now), dry_run=False)


async def send_command(api: Api, write: Write, permit: Permit, now: datetime, *, seconds: float, most: int) -> Ran:
    """Run the command of an approved plan in its container, once, for at most `seconds` and `most` bytes of output.

    Raises as `send`, and `Invalid` when the container has no such command.
    """
    from incident_mcp.cluster.container_exec import run_command

    options = write.body if isinstance(write.body, dict) else {}
    agent = _agent(write, permit, now)
    return await run_command(api, write.path, options, agent=agent, seconds=seconds, most=most)


def check_permit(write: Write, permit: Permit, now: datetime) -> None:
    """Raises `NotPermitted` for a write that no living approval covers."""
    if not permit.covers(write, now):
        raise NotPermitted(
            f"The approval of plan {permit.plan.id} does not cover this write, or its time is over.",
            "Call the tool again: it makes a new plan and asks a person.",
        )


def _agent(write: Write, permit: Permit, now: datetime) -> str:
    """The user agent that names the plan. Raises `NotPermitted`."""
    check_permit(write, permit, now)
    return f"incident-mcp/{__version__} plan/{permit.plan.digest}"


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
        case "EXEC":  # it has no dry run, and its answer is no object: `send_command` sends it
            raise NotPermitted("A command in a container can't be sent as a write of an object.")
        case "PUT" | "MAIL":  # what goes to other servers leaves through `outside_writes`, or as a mail
            raise NotPermitted("A message to people can't be sent as a write of an object.")
