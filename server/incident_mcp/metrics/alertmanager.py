"""Alertmanager's v2 API (its api/v2/openapi.yaml): the alerts, with what silences or inhibits them.

It answers errors in two shapes: a bare JSON string, or an object with `code` and `message`.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec

from incident_mcp.services.errors import Malformed, Refused
from incident_mcp.services.source import Source
from incident_mcp.vocabulary.metrics_seen import AlertState

_PATH = "/api/v2/alerts"
_ALL = {"active": "true", "silenced": "true", "inhibited": "true", "unprocessed": "false"}


class AlertStatus(msgspec.Struct):
    """Whether somebody, or another alert, keeps it quiet."""

    state: str = ""
    silencedBy: list[str] = []
    inhibitedBy: list[str] = []

    def state_of(self) -> AlertState:
        if self.silencedBy:
            return "silenced"
        return "inhibited" if self.inhibitedBy else "firing"


class Alert(msgspec.Struct):
    """One alert, the parts that are used."""

    startsAt: Annotated[datetime, msgspec.Meta(tz=True)]
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    status: AlertStatus = msgspec.field(default_factory=AlertStatus)


class _Explained(msgspec.Struct):
    message: str
    code: int = 0


_alerts = msgspec.json.Decoder(list[Alert])
_error = msgspec.json.Decoder(str | _Explained)


class Alertmanager:
    """One server. Raises `Refused`, `Malformed`, and what its source raises (`Unreachable`)."""

    def __init__(self, source: Source) -> None:
        self.source = source

    async def alerts(self) -> list[Alert]:
        """All that are active, silenced and inhibited ones included."""
        status, body = await self.source.get(_PATH, _ALL)
        if status != HTTPStatus.OK:
            raise Refused(self.source.name, status, "", _reason(body))
        try:
            return _alerts.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Malformed(self.source.name, "it is no list of alerts, or cut off") from error


def _reason(body: bytes) -> str:
    try:
        said = _error.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return body[:500].decode("utf-8", "replace")
    return said if isinstance(said, str) else said.message
