"""One request on its way, and what becomes known of it when the connection breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Outgoing:
    """A request as it goes over the wire. `sent` turns true when its first byte is about to leave."""

    method: str
    target: str
    headers: list[tuple[str, str]] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    timeout: float | None = None
    """Seconds of silence that are borne; None: any."""
    sent: bool = False

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore2's trace extension."""
        # A proxy's CONNECT goes through the same code: it is not our request.
        if event == "http11.send_request_headers.started" and info["request"].method != b"CONNECT":
            self.sent = True


class Dropped(Exception):
    """No answer, or half of one: the connection failed."""

    def __init__(self, reason: str, *, sent: bool, late: bool = False) -> None:
        self.reason = reason
        self.sent = sent
        self.late = late
        """True when nothing broke and the patience ended."""
        super().__init__(reason)
