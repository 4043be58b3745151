"""What every channel can do. Its messages are writes like any other: complete when a person sees them."""

from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write
from incident_mcp.vocabulary.value import Value


class Sent(Value):
    """A message that went out: what the service calls it, and where it can be seen."""

    id: str
    url: str = ""
    more: str = ""
    """What else the service said of it, in words."""


class Said(Value):
    """What a message says, as its write holds it: enough to know it again."""

    marker: str
    status: str
    text: str


class Channel(Protocol):
    """One place where messages go. `kind` is that of the writes' targets."""

    kind: str

    async def send(self, write: Write, permit: Permit) -> Sent:
        """Send it, once. Raises an `IncidentError`; `Unreachable` with `sent`, and `ServerFailed`, mean that nobody
        knows.
        """
        ...

    async def find(self, write: Write, since: datetime) -> Sent | None:
        """Look for a message that was sent at `since` or later; None: it is not there. Raises `CantTell` where the
        service can't be asked for it.
        """
        ...

    def said(self, write: Write) -> Said: ...


class CantTell(Exception):
    """The service has no way to find out."""


def members(value: JsonValue) -> dict[str, JsonValue]:
    """The members of a JSON object; of anything else, none."""
    return value if isinstance(value, dict) else {}
