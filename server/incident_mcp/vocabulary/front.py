"""Hosts as users ask for them, and what came of trying one from here."""

from datetime import timedelta
from typing import Literal

from incident_mcp.vocabulary.value import Value

Outcome = Literal[
    "answered", "unresolved", "refused address", "not connected", "certificate refused", "no TLS", "no HTTP", "too slow"
]


class Front(Value):
    """Where a user would ask: a host by name, a port, and a path of plain characters."""

    host: str
    port: int
    secure: bool
    path: str = "/"

    @property
    def url(self) -> str:
        """`https://shop.example.com/checkout`."""
        usual = 443 if self.secure else 80
        port = "" if self.port == usual else f":{self.port}"
        return f"http{'s' if self.secure else ''}://{self.host}{port}{self.path if self.path != '/' else ''}"


class Tried(Value):
    """What came of it."""

    front: Front
    outcome: Outcome
    took: timedelta
    address: str = ""
    """The one that was asked."""
    status: int | None = None
    detail: str = ""
    """Of a certificate that is refused: why, in OpenSSL's words."""
