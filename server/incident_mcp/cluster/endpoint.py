"""Where a server is and how it is trusted: all that a connection needs to know, apart from the code that makes one."""

from dataclasses import dataclass, field

from incident_mcp.cluster.tls import Trust


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The server that this process speaks to, fixed at start."""

    url: str
    trust: Trust
    server_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    compression: bool = True
