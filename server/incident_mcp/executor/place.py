"""Where an executor listens, and to whom, as its settings say it."""

from pathlib import Path

from pydantic import Field

from incident_mcp.vocabulary.value import Value


class ListenPlace(Value):
    """A Unix socket, and the OS groups of those who are heard there."""

    socket: Path = Field(default=Path("/run/incident-mcp/executor.sock"), description="The socket.")
    clients: str = Field(
        default="incident-mcp-clients", description="The group whose members may propose: the assistant's user."
    )
    approvers: str = Field(
        default="incident-mcp-approvers",
        description="The group whose members may answer; nobody who is also in the other one.",
    )
