"""The only function that changes something on a server beside the cluster. As in `writes`: with a permit, exactly what
the permit's plan lists, once, and with the plan named in the user agent.
"""

from datetime import datetime

from incident_mcp import __version__
from incident_mcp.cluster.outside import Outside
from incident_mcp.cluster.writes import NotPermitted
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write


async def transmit(outside: Outside, write: Write, permit: Permit, now: datetime) -> tuple[int, bytes]:
    """Status and body, whatever the status. Raises `NotPermitted` before anything is sent, and as `Outside` does."""
    if not permit.covers(write, now):
        raise NotPermitted(
            f"The approval of plan {permit.plan.id} does not cover this write, or its time is over.",
            "Call the tool again: it makes a new plan and asks a person.",
        )
    return await outside.transmit(write.method, write.path, f"incident-mcp/{__version__} plan/{permit.plan.digest}")
