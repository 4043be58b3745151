"""Talking to a server beside the cluster (a monitoring, say) over the same transport: TLS, proxies, pooling.

Each request within a time and a size. A GET is sent again when a pooled connection broke under it, anything else never.
A token's file is read for each request, since whatever rotates it does not tell.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import anyio

from incident_mcp.cluster.api import USER_AGENT
from incident_mcp.cluster.outgoing import Dropped, Outgoing
from incident_mcp.cluster.partial import Part
from incident_mcp.cluster.proxies import proxy_for
from incident_mcp.services.source import Body
from incident_mcp.vocabulary.errors import CredentialsError, ServerFailed, SettingsError, Unreachable

if TYPE_CHECKING:  # httpx2 and ssl are met with the first request
    from incident_mcp.cluster.transport import Answer, Transport

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer; more is cut off as of no use."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server and how it is asked. `environment` holds the token's variable, and says which proxy leads there."""

    url: str
    environment: Mapping[str, str] = field(repr=False)
    ca: Path | None = None
    token_file: Path | None = None
    token_variable: str | None = None
    user: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    scheme: str = "Bearer "
    """What stands before the token where no user is given; some servers want nothing there."""


class Outside:
    """One such server."""

    def __init__(self, address: Address, seconds: float) -> None:
        self.name = address.url
        self._address = address
        self._seconds = seconds
        self._base = urlsplit(address.url).path.rstrip("/")
        self._transport: Transport | None = None

    async def get(self, path: str, params: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body, whatever the status.

        Raises `Unreachable`, `ServerFailed` for an answer that is too large, `SettingsError` for a CA or proxy, and
        `CredentialsError` for a token, that can't be used.
        """
        found = await self.read(path, params, most=LARGEST)
        if found.broken and len(found.content) >= LARGEST:
            raise ServerFailed(f"The answer of {self.name} is larger than {LARGEST >> 20} MiB.")
        if found.broken:
            raise self._unreachable(found.broken)
        return found.status, found.content

    async def read(self, path: str, params: Mapping[str, str], *, most: int) -> Body:
        """At most `most` bytes of the answer, or what came of it before it broke off.

        Raises as `get` does, but not for an answer that is too large.
        """
        target = f"{self._base}{path}" + (f"?{urlencode(params)}" if params else "")
        part = Part(most)
        with anyio.move_on_after(self._seconds):
            try:
                return await part.taken(self._sent(self._outgoing("GET", target, USER_AGENT)))
            except Dropped as drop:
                if drop.late or not drop.sent:
                    raise self._unreachable(drop.reason) from drop
            try:
                return await part.taken(self._sent(self._outgoing("GET", target, USER_AGENT)))
            except Dropped as drop:
                raise self._unreachable(drop.reason) from drop
        late = f"no answer within {self._seconds:g} s"
        if part.begun:
            return part.body(late)
        raise self._unreachable(late)

    async def transmit(self, method: str, path: str, agent: str, body: bytes | None = None) -> Body:
        """A request that may change something, with JSON as its body where it has one: sent once, whatever becomes of
        it. Raises as `get`; `Unreachable` says whether it had left.
        """
        outgoing = self._outgoing(method, f"{self._base}{path}", agent, body)
        part = Part(LARGEST)
        try:
            with anyio.fail_after(self._seconds):
                found = await part.taken(self._sent(outgoing))
        except TimeoutError as error:
            raise self._unreachable(f"no answer within {self._seconds:g} s", sent=outgoing.sent) from error
        except Dropped as drop:
            raise self._unreachable(drop.reason, sent=drop.sent) from drop
        if found.broken:
            raise self._unreachable(found.broken, sent=True)
        return found

    def _outgoing(self, method: str, target: str, agent: str, body: bytes | None = None) -> Outgoing:
        headers = {"User-Agent": agent, "Accept": "application/json", **self._address.headers}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        return Outgoing(method, target, [*headers.items(), *self._authorization()], body, timeout=self._seconds)

    async def aclose(self) -> None:
        if self._transport is not None:
            await self._transport.aclose()

    def _sent(self, outgoing: Outgoing) -> AbstractAsyncContextManager[Answer]:
        transport = self._transport = self._transport or self._opened()
        return transport.send(outgoing, None)

    def _unreachable(self, reason: str, *, sent: bool = False) -> Unreachable:
        advice = "Check its address, the network and the proxy."
        return Unreachable(f"{self.name} can't be reached: {reason}.", advice, sent=sent)

    def _opened(self) -> Transport:
        from incident_mcp.cluster.endpoint import Endpoint
        from incident_mcp.cluster.tls import trust
        from incident_mcp.cluster.transport import Transport

        split = urlsplit(self._address.url)
        trusted = trust(self._authority(), skip=False, origin=self.name)
        proxy = proxy_for(self._address.url, "", self._address.environment)
        return Transport(Endpoint(f"{split.scheme}://{split.netloc}", trusted, proxy=proxy))

    def _authority(self) -> bytes | None:
        if self._address.ca is None:
            return None
        try:
            return self._address.ca.expanduser().read_bytes()
        except OSError as error:
            raise SettingsError(
                f"The authority {self._address.ca} of {self.name} can't be read: {error.strerror}.",
                "Correct `ca` in the settings.",
            ) from error

    def _authorization(self) -> list[tuple[str, str]]:
        token = self._token()
        if token is None:
            return []
        if self._address.user is None:
            return [("Authorization", f"{self._address.scheme}{token}")]
        both = base64.b64encode(f"{self._address.user}:{token}".encode()).decode()
        return [("Authorization", f"Basic {both}")]

    def _token(self) -> str | None:
        """Raises `CredentialsError`, which never shows the token."""
        place, token = self._address, ""
        if place.token_file:
            origin = str(place.token_file)
            try:
                token = place.token_file.expanduser().read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                raise CredentialsError(f"The token of {self.name} in {origin} can't be read.", _MEND) from error
        elif place.token_variable:
            origin = place.token_variable
            token = place.environment.get(place.token_variable, "").strip()
        else:
            return None
        if not token or not token.isascii() or not token.isprintable():
            raise CredentialsError(f"{origin} holds no token for {self.name}.", _MEND)
        return token


_MEND = "Correct token_file or token_variable in the settings."
