"""An HTTP server of our own that writes down what it is sent, and misbehaves on request.

Small and by hand, since the point is what proper servers do not do: drop, hang, trickle, stop half-way.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import Any

from tests.cluster.connection.pki import Issued


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes
    peer: str
    """Common name of the client certificate, or ''."""
    at: float = 0.0

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def one(self, name: str) -> str:
        return ", ".join(self.all(name))


@dataclass
class Reply:
    """What to answer. `parts` are sent one by one; `cut` closes without the end."""

    status: int = 200
    body: Any = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])
    parts: list[bytes] | None = None
    cut: bool = False


class Drop(Exception):
    """Close the connection without an answer."""


class Hang(Exception):
    """Never answer."""


Handler = Callable[[Seen], Reply | Awaitable[Reply]]


class Recorder:
    def __init__(self, handler: Handler, scheme: str) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0
        self._handler = handler
        self._open: list[tuple[asyncio.Task[Any] | None, asyncio.StreamWriter]] = []
        self._scheme = scheme

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.append((asyncio.current_task(), writer))
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, asyncio.CancelledError):
            while await self._one(reader, writer):
                pass
        writer.close()

    async def end(self) -> None:
        """Closes what is open, whatever it is waiting for."""
        for task, writer in self._open:
            writer.transport.abort()
            if task:
                task.cancel()
        await asyncio.gather(*(task for task, _ in self._open if task), return_exceptions=True)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:] if line)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        body = await reader.readexactly(length)
        seen = Seen(method, target, headers, body, _peer(writer), asyncio.get_running_loop().time())
        self.seen.append(seen)
        try:
            answer = self._handler(seen)
            reply = answer if isinstance(answer, Reply) else await answer
        except Drop:
            return False
        except Hang:
            await reader.read()  # until the client gives up
            return False
        return await _send(writer, reply)


async def _send(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = {"Content-Type": "application/json", **reply.headers}
    if reply.parts is None:
        headers["Content-Length"] = str(len(body))
    else:
        headers["Transfer-Encoding"] = "chunked"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} X\r\n{lines}\r\n".encode())
    if reply.parts is None:
        writer.write(body[: len(body) // 2] if reply.cut else body)
    else:
        for part in reply.parts:
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
        if not reply.cut:
            writer.write(b"0\r\n\r\n")
    await writer.drain()
    return not reply.cut


def _peer(writer: asyncio.StreamWriter) -> str:
    certificate: dict[str, Any] = writer.get_extra_info("peercert") or {}
    return next((value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"), "")


@asynccontextmanager
async def recording(
    handler: Handler | None = None, *, issued: Issued | None = None, clients: Issued | None = None
) -> AsyncGenerator[Recorder]:
    """A recorder on loopback; with `issued` over TLS, asking for certificates of `clients`."""
    recorder = Recorder(handler or (lambda seen: Reply()), "https" if issued else "http")
    context = _context(issued, clients) if issued else None
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0, ssl=context)
    recorder.port = server.sockets[0].getsockname()[1]
    try:
        yield recorder
    finally:
        server.close()
        await recorder.end()


def _context(issued: Issued, clients: Issued | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = f"{folder}/pair.pem"
        with open(path, "wb") as file:
            file.write(issued.pem + issued.key_pem)
        context.load_cert_chain(path)
    if clients:
        context.load_verify_locations(cadata=clients.pem.decode())
        context.verify_mode = ssl.CERT_OPTIONAL
    return context
