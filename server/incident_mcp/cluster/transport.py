"""Bytes to one API server and back: the only file that knows httpx2.

Connections are pooled and belong to one client certificate; when that changes (a plugin or a file rotated it) new
requests get a new pool and the old one closes after its last request. Every failure becomes a `Dropped`, which knows
whether the request had left: that decides whether a write's outcome is known.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.cluster.outgoing import Dropped, Outgoing
from incident_mcp.cluster.tls import ClientCertificate, Trust, client_context

_CONNECT_SECONDS = 5.0
_LIMITS = httpx2.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=60)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The server that this process speaks to, fixed at start."""

    url: str
    trust: Trust
    server_name: str | None = None
    proxy: str | None = field(default=None, repr=False)
    compression: bool = True


class Answer:
    """An answer whose body may still be on its way."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers

    async def read(self) -> bytes:
        """The whole body. Raises Dropped."""
        with _failures():
            return await self._response.aread()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises Dropped."""
        with _failures():
            async for chunk in self._response.aiter_bytes():
                yield chunk


class Transport:
    """Pooled connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._pool: _Pool | None = None

    @asynccontextmanager
    async def send(self, outgoing: Outgoing, certificate: ClientCertificate | None) -> AsyncGenerator[Answer]:
        """Sends once and yields the answer, its body unread.

        Raises Dropped, and CredentialsError when the client certificate can't be used.
        """
        pool = await self._pool_for(certificate)
        pool.users += 1
        try:
            request = self._request(pool.client, outgoing)
            with _failures(outgoing):
                response = await pool.client.send(request, stream=True)
            try:
                yield Answer(response)
            finally:
                await response.aclose()
        finally:
            pool.users -= 1
            await self._close_if_idle(pool)

    async def aclose(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            await pool.client.aclose()

    async def _pool_for(self, certificate: ClientCertificate | None) -> _Pool:
        pool = self._pool
        if pool is None or pool.certificate != certificate:
            self._pool = fresh = _Pool(certificate, _client(self.endpoint, certificate))
            if pool:
                await self._close_if_idle(pool)
            return fresh
        return pool

    async def _close_if_idle(self, pool: _Pool) -> None:
        if pool is not self._pool and not pool.users:
            await pool.client.aclose()

    def _request(self, client: httpx2.AsyncClient, outgoing: Outgoing) -> httpx2.Request:
        extensions: dict[str, Any] = {"trace": outgoing.trace}
        if self.endpoint.server_name:
            extensions["sni_hostname"] = self.endpoint.server_name
        return client.build_request(
            outgoing.method,
            self.endpoint.url + outgoing.target,
            headers=outgoing.headers,
            content=outgoing.body,
            timeout=httpx2.Timeout(outgoing.timeout, connect=_CONNECT_SECONDS, pool=None),
            extensions=extensions,
        )


@dataclass(slots=True, eq=False)
class _Pool:
    certificate: ClientCertificate | None
    client: httpx2.AsyncClient
    users: int = 0


def _client(endpoint: Endpoint, certificate: ClientCertificate | None) -> httpx2.AsyncClient:
    # trust_env is off: the proxy was chosen by Go's rules, and ~/.netrc has no business here.
    return httpx2.AsyncClient(
        transport=httpx2.AsyncHTTPTransport(
            verify=client_context(endpoint.trust, certificate),
            proxy=endpoint.proxy,
            limits=_LIMITS,
            trust_env=False,
        ),
        trust_env=False,
        headers={"Accept-Encoding": "gzip" if endpoint.compression else "identity"},
    )


@contextmanager
def _failures(outgoing: Outgoing | None = None) -> Generator[None]:
    """Turns the library's failures into Dropped; without `outgoing`, an answer has begun."""
    sent = True
    try:
        yield
    except httpx2.TimeoutException as error:
        sent = outgoing.sent if outgoing else sent
        raise Dropped("it did not answer in time", sent=sent, late=True) from error
    except (httpx2.TransportError, httpx2.DecodingError) as error:
        sent = outgoing.sent if outgoing else sent
        raise Dropped(excerpt(str(error)).rstrip(".") or type(error).__name__, sent=sent) from error
