"""Bytes to one API server and back, by httpcore2: what httpx2 itself stands on.

Without the layer above, a small read costs half: it would build, merge and check again what is known of each request
(`python -m bench transport`).

Connections are pooled and belong to one client certificate; when that changes (a plugin or a file rotated it) new
requests get a new pool and the old one closes after its last request. Every failure becomes a `Dropped`, which knows
whether the request had left: that decides whether a write's outcome is known.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import httpcore2

from incident_mcp.cluster.endpoint import Endpoint
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.cluster.outgoing import Dropped, Outgoing
from incident_mcp.cluster.streams import Streams
from incident_mcp.cluster.tls import ClientCertificate, client_context

_CONNECT_SECONDS = 5.0
_LANES = 16
_CONNECTIONS = 4
"""Of one lane. Several small pools instead of a large one: httpcore2 walks all connections of one at each request."""
_IDLE_SECONDS = 60
_AT_ONCE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class Answer:
    """An answer whose body may still be on its way."""

    def __init__(self, response: httpcore2.Response) -> None:
        self._response = response
        self.status = response.status
        self.headers: Mapping[str, str] = {
            name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers
        }

    async def read(self) -> bytes:
        """The whole body. Raises Dropped."""
        return b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises Dropped."""
        unzip = zlib.decompressobj(_GZIP).decompress if self.headers.get("content-encoding") == "gzip" else None
        with _failures():
            async for chunk in cast("AsyncIterable[bytes]", self._response.stream):
                plain = unzip(chunk) if unzip else chunk
                if plain:
                    yield plain

    def line(self) -> Line:
        """The bare connection, once the server has switched protocols (101)."""
        return Line(cast("httpcore2.AsyncNetworkStream", self._response.extensions["network_stream"]))


class Line:
    """A connection that no longer speaks HTTP. It ends with the answer that opened it."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self) -> bytes:
        """What has come; empty at its end. Raises Dropped."""
        with _failures():
            return await self._stream.read(_AT_ONCE)

    async def write(self, data: bytes) -> None:
        """Raises Dropped."""
        with _failures():
            await self._stream.write(data)


class Transport:
    """Pooled connections to one endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._pool: _Pool | None = None
        url = urlsplit(endpoint.url)
        name = url.hostname or ""
        host = name.encode("ascii" if name.isascii() else "idna")
        port = b"" if url.port is None else b":%d" % url.port
        self._host = (b"[%b]" % host if b":" in host else host) + port
        self._origin: dict[str, Any] = {"scheme": url.scheme.encode(), "host": host, "port": url.port}
        self._prefix = url.path.encode("ascii")
        self._encoding = b"gzip" if endpoint.compression else b"identity"

    @asynccontextmanager
    async def send(self, outgoing: Outgoing, certificate: ClientCertificate | None) -> AsyncGenerator[Answer]:
        """Sends once and yields the answer, its body unread.

        Raises Dropped, and CredentialsError when the client certificate can't be used.
        """
        pool = await self._pool_for(certificate)
        lane = min(pool.lanes, key=_users)
        lane.users += 1
        try:
            request = self._request(outgoing)
            with _failures(outgoing):
                response = await lane.connections.handle_async_request(request)
            try:
                yield Answer(response)
            finally:
                await response.aclose()
        finally:
            lane.users -= 1
            await self._close_if_idle(pool)

    async def aclose(self) -> None:
        pool, self._pool = self._pool, None
        if pool:
            await pool.aclose()

    async def _pool_for(self, certificate: ClientCertificate | None) -> _Pool:
        pool = self._pool
        if pool is None or pool.certificate != certificate:
            self._pool = fresh = _pool(self.endpoint, certificate)
            if pool:
                await self._close_if_idle(pool)
            return fresh
        return pool

    async def _close_if_idle(self, pool: _Pool) -> None:
        if pool is not self._pool and not any(lane.users for lane in pool.lanes):
            await pool.aclose()

    def _request(self, outgoing: Outgoing) -> httpcore2.Request:
        silence = outgoing.timeout
        extensions: dict[str, Any] = {
            "trace": outgoing.trace,
            "timeout": {"connect": _CONNECT_SECONDS, "read": silence, "write": silence, "pool": None},
        }
        if self.endpoint.server_name:
            extensions["sni_hostname"] = self.endpoint.server_name
        headers = [(b"Host", self._host), (b"Accept-Encoding", self._encoding)]
        headers += [(name.encode("ascii"), value.encode("latin-1")) for name, value in outgoing.headers]
        if outgoing.body is not None:
            headers.append((b"Content-Length", b"%d" % len(outgoing.body)))
        url = httpcore2.URL(**self._origin, target=self._prefix + outgoing.target.encode("ascii"))
        return httpcore2.Request(outgoing.method, url, headers=headers, content=outgoing.body, extensions=extensions)


@dataclass(slots=True, eq=False)
class _Lane:
    connections: httpcore2.AsyncConnectionPool
    users: int = 0


@dataclass(slots=True, eq=False)
class _Pool:
    """All connections under one client certificate."""

    certificate: ClientCertificate | None
    lanes: tuple[_Lane, ...]

    async def aclose(self) -> None:
        for lane in self.lanes:
            await lane.connections.aclose()


def _users(lane: _Lane) -> int:
    return lane.users


def _pool(endpoint: Endpoint, certificate: ClientCertificate | None) -> _Pool:
    context, proxy = client_context(endpoint.trust, certificate), _proxy(endpoint.proxy) if endpoint.proxy else None

    def connections() -> httpcore2.AsyncConnectionPool:
        return httpcore2.AsyncConnectionPool(
            ssl_context=context,
            proxy=proxy,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_CONNECTIONS,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=Streams(),
        )

    return _Pool(certificate, tuple(_Lane(connections()) for _ in range(_LANES)))


def _proxy(url: str) -> httpcore2.Proxy:
    """User and password of its URL go into a header of their own, quoted as in any URL."""
    parts = urlsplit(url)
    user, password = (unquote(part or "") for part in (parts.username, parts.password))
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return httpcore2.Proxy(bare, auth=(user, password) if user else None)


@contextmanager
def _failures(outgoing: Outgoing | None = None) -> Generator[None]:
    """Turns the library's failures into Dropped; without `outgoing`, an answer has begun."""
    sent = True
    try:
        yield
    except httpcore2.TimeoutException as error:
        sent = outgoing.sent if outgoing else sent
        raise Dropped("it did not answer in time", sent=sent, late=True) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, zlib.error) as error:
        sent = outgoing.sent if outgoing else sent
        raise Dropped(excerpt(str(error)).rstrip(".") or type(error).__name__, sent=sent) from error
