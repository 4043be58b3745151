"""asyncio's own TLS streams under httpcore2: half the cost of a request over those that it brings along.

A look is some hundred small reads at once, and what each costs is mostly ours: httpcore2's own backend runs TLS in
Python, step by step, and asks the kernel about every idle connection whenever one is needed. asyncio does the first in
its event loop, and knows the second: it has read the end of a connection that the server closed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Generator, Iterable
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

import anyio
import httpcore2
from httpcore2 import SOCKET_OPTION, AsyncNetworkBackend, AsyncNetworkStream


class Streams(AsyncNetworkBackend):
    """Connects by TCP. `httpcore2` then asks for TLS, and for TLS within it where a proxy stands between."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 calls it
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        with _failures(httpcore2.ConnectError, httpcore2.ConnectTimeout), _within(timeout):
            reader, writer = await asyncio.open_connection(host, port)
        return _Stream(reader, writer)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _Stream(AsyncNetworkStream):
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - as httpcore2 calls it
        with _failures(httpcore2.ReadError, httpcore2.ReadTimeout), _within(timeout):
            return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - as httpcore2 calls it
        if buffer:
            with _failures(httpcore2.WriteError, httpcore2.WriteTimeout), _within(timeout):
                self._writer.write(buffer)
                await self._writer.drain()

    async def aclose(self) -> None:
        # A polite end would wait for the other side, which may never say its last word.
        with suppress(OSError, RuntimeError):
            self._writer.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore2 calls it
    ) -> AsyncNetworkStream:
        try:
            with _failures(httpcore2.ConnectError, httpcore2.ConnectTimeout), _within(timeout):
                await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of idle connections only, where nothing but the end can come
            return self._reader.at_eof() or self._writer.is_closing()
        return self._writer.get_extra_info(info)


def _within(seconds: float | None) -> AbstractContextManager[object]:
    return nullcontext() if seconds is None else anyio.fail_after(seconds)


@contextmanager
def _failures(broken: type[Exception], late: type[Exception]) -> Generator[None]:
    """Turns asyncio's failures into httpcore2's."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:  # ssl.SSLError is one
        raise broken(str(error)) from error
