"""One service behind HTTP: a message sent once, what it says no with, and its rate limits.

A request that was turned away for being too many (429) was not carried out, so it alone is tried again, after the time
that the service names and only while a person still waits for the answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import anyio
import msgspec

from incident_mcp.cluster.outside import Outside
from incident_mcp.cluster.outside_writes import transmit
from incident_mcp.services.refusals import refusal
from incident_mcp.services.source import Body
from incident_mcp.text.words import duration
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import ServerFailed, Throttled
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Write

PATIENCE = timedelta(seconds=30)
"""How long a message may wait for a service that is busy."""
TOO_MANY = (420, 429)
"""Statuspage says the first, everybody else the second."""
UNTOLD = timedelta(seconds=2)
"""The pause where a service does not say how long it wants to be left alone."""

Json = dict[str, Any]


class Service:
    """`name` is what people call it."""

    def __init__(
        self, name: str, outside: Outside, clock: Clock, sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    ) -> None:
        self.name = name
        self._outside = outside
        self.clock = clock
        self._sleep = sleep

    async def send(self, write: Write, permit: Permit) -> Json:
        """The service's answer to the write. Raises as `transmit`, what `refusal` makes of a status, `Throttled`, and
        `ServerFailed` for an answer that says nothing: then nobody knows.
        """
        until = self.clock() + PATIENCE
        while (found := await transmit(self._outside, write, permit, self.clock())).status in TOO_MANY:
            pause = retry_after(found.headers, self.clock())
            if self.clock() + pause > until:
                raise Throttled(
                    f"{self.name} is busy, and wants to be left alone for {duration(pause)}.",
                    "Call the tool again then.",
                )
            await self._sleep(pause.total_seconds())
        return self._checked(found)

    async def ask(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """What it answers to a GET. Raises as `send`, but sends once."""
        status, content = await self._outside.get(path, params or {})
        return self._checked(Body(status, {}, content))

    def _checked(self, found: Body) -> Any:
        if found.status >= 300:
            raise refusal(self.name, found.status, _words(found.content))
        try:
            return msgspec.json.decode(found.content or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ServerFailed(f"What {self.name} answers is not its API's.", "Check its address.") from error


def named(service: str, told: Any) -> str:
    """What the service calls that which it made. Raises `ServerFailed` for a good answer without it: nobody knows."""
    if isinstance(told, str | int) and str(told):
        return str(told)
    raise ServerFailed(f"{service} answered without a word of what it made.", f"Look into {service}.")


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta:
    """`Retry-After` in seconds or as a date (RFC 9110, 10.2.3), else PagerDuty's `ratelimit-reset`, else `UNTOLD`."""
    said = headers.get("retry-after", headers.get("ratelimit-reset", "")).strip()
    if said.isdigit():
        return timedelta(seconds=int(said[:9]))
    try:
        return max(parsedate_to_datetime(said) - now, timedelta())
    except (TypeError, ValueError):
        return UNTOLD


def _words(content: bytes) -> str:
    """The reason in an error's body, whatever its shape; else the body's beginning."""
    try:
        told: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content[:200].decode("utf-8", "replace")
    if isinstance(told, dict):
        inner: Any = told.get("error", told)  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        reasons: list[Any] = [inner] if isinstance(inner, str) else _reasons(inner)
        return "; ".join(str(one) for one in reasons)[:200]
    return str(told)[:200]


def _reasons(told: Any) -> list[Any]:
    if not isinstance(told, dict):
        return [told]
    known: Json = told  # pyright: ignore[reportUnknownVariableType]
    found: list[Any] = [known[key] for key in ("message", "errorMessages", "errors") if known.get(key)]
    return found or [known]
