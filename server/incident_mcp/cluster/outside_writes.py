"""The only function that changes something on a server beside the cluster. As in `writes`: with a permit, exactly what
the permit's plan lists, once, and with the plan named in the user agent.
"""

from datetime import datetime

import msgspec

from incident_mcp import __version__
from incident_mcp.cluster.outside import Outside
from incident_mcp.cluster.writes import check_permit
from incident_mcp.services.source import Body
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write


async def transmit(outside: Outside, write: Write, permit: Permit, now: datetime) -> Body:
    """The answer, whatever its status. Raises `NotPermitted` before anything is sent, and as `Outside` does."""
    check_permit(write, permit, now)
    agent = f"incident-mcp/{__version__} plan/{permit.plan.digest}"
    body = None if write.body is None else msgspec.json.encode(write.body)
    return await outside.transmit(write.method, write.path, agent, body)
