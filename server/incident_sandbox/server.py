"""uvicorn's HTTP protocol over TLS inside somebody else's event loop: no signal handlers, no log, and a quick end.

uvicorn's own `Server` is a program's main loop; a library needs only the protocol behind asyncio's server.
"""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from incident_sandbox.certificate import ServerCertificate

GRACE_SECONDS = 0.3
"""What requests under way get to finish once their streams were told to end."""
FLUSH_SECONDS = 0.02
"""For the last bytes of their answers to leave."""


class _Protocol(H11Protocol):
    """Shows its transport to the application, which can so hang up without an answer."""

    def connection_made(self, transport: Any) -> None:
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class HttpsServer:
    """An application served over TLS on a port of 127.0.0.1; 0 takes a free one. Raises OSError if it is taken."""

    def __init__(self, app: ASGIApp, certificate: ServerCertificate, port: int = 0) -> None:
        # Named as TCP, or asyncio does not set TCP_NODELAY and each answer waits 40 ms for the client's delayed ACK.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.url = f"https://127.0.0.1:{self._socket.getsockname()[1]}"
        self._config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            log_level="critical",
            date_header=False,
            server_header=False,
            timeout_keep_alive=120,
            ssl_certfile=str(certificate.chain_file),
            ssl_keyfile=str(certificate.key_file),
        )
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Returns when connections are accepted."""
        self._config.load()

        def protocol() -> _Protocol:
            return _Protocol(config=self._config, server_state=self._state, app_state={})

        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(protocol, sock=self._socket, ssl=self._config.ssl)

    async def stop(self) -> None:
        """Within a second, whatever clients still hold open."""
        if self._server is not None:
            self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=GRACE_SECONDS)
            await asyncio.sleep(FLUSH_SECONDS)
        for connection in list(self._state.connections):
            # Closing would wait for the peer's TLS good-bye, which an idle client never sends.
            getattr(connection, "transport").abort()  # noqa: B009  every HTTP protocol has one
        for task in list(self._state.tasks):
            task.cancel()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)
        self._socket.close()
