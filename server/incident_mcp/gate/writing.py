"""Whether this server may write at all. Reading is on by default; writing is enabled per server start."""

from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.value import Value


class WritingIsOff(IncidentError):
    """A change was asked for on a server that was started without writing."""


class NotAllowed(IncidentError):
    """The policy does not allow this change, or not now, or not by this door."""


class Writing(Value):
    """The switch. `how` says what turns it on, in the words of the door that the person has."""

    enabled: bool = False
    how: str = "Start the server with --allow-writes (or INCIDENT_ALLOW_WRITES=1) to allow changes."

    def check(self, cluster: str) -> None:
        """Raise `WritingIsOff` unless writing is enabled."""
        if not self.enabled:
            raise WritingIsOff(f"{cluster}: writing is not enabled on this server.", self.how)
