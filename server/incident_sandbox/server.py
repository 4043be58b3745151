"""uvicorn inside somebody else's event loop: no signal handlers, no log, and a quick end."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from incident_sandbox.certificate import ServerCertificate

GRACE_SECONDS = 0.3
"""What open connections get to finish once their streams were told to end."""


class _Protocol(H11Protocol):
    """Shows its transport to the application, which can so hang up without an answer."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.app_state = {**self.app_state, "transport": None}

    def connection_made(self, transport: Any) -> None:
        self.app_state["transport"] = transport
        super().connection_made(transport)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # they belong to whoever runs the loop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready.set()


class HttpsServer:
    """An application served over TLS on a free port of 127.0.0.1."""

    def __init__(self, app: ASGIApp, certificate: ServerCertificate, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.url = f"https://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            timeout_keep_alive=120,
            ssl_certfile=str(certificate.chain_file),
            ssl_keyfile=str(certificate.key_file),
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when connections are accepted; raises what the server raised if it could not start."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="sandbox-https")
        started = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait([self._task, started], return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            started.cancel()
            await self._task

    async def stop(self) -> None:
        """Within a second, whatever clients still hold open."""
        if self._task is None:
            return
        self._server.should_exit = True
        await asyncio.wait([self._task], timeout=GRACE_SECONDS)
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()  # closing would wait for the peer's TLS good-bye
        self._server.force_exit = True
        await asyncio.wait([self._task], timeout=GRACE_SECONDS)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._socket.close()
