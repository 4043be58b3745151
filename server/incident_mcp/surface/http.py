"""The server at a URL, for clients that want one: on loopback alone, and only for who brings the bearer token.

The SDK refuses a foreign `Host` or `Origin`, so that no web page reaches it by name; the token keeps out other users of
the machine. Forms and their answers are those of stdio: a URL is another way in, never another door.
"""

import ipaddress
import secrets
import socket

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from incident_mcp.surface.server import IncidentServer
from incident_mcp.vocabulary.errors import BadRequest, IncidentError

PATH = "/mcp"
LEAVING_SECONDS = 3
"""How long open streams may go on when the server is told to end; a write in progress is always finished."""


def bind(address: str) -> socket.socket:
    """Listen at `[HOST:]PORT`. Raises `BadRequest` for what is no such thing or not loopback, `IncidentError` for a
    port that is taken.
    """
    host, _, port = address.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or int(port) > 65535:
        raise BadRequest(f"{address} is no address to serve at.", "Name a port, or 127.0.0.1:PORT.")
    if not _loopback(host):
        raise BadRequest(
            f"{host} is not this machine's loopback address, so nothing is served there.",
            "Use 127.0.0.1, and a tunnel of your own (ssh -L) from elsewhere.",
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, int(port)))
        listening.listen()  # who is told the address may come at once
    except OSError as error:
        listening.close()
        raise IncidentError(
            f"{host}:{port} can't be served at: {error.strerror}.", "Stop what listens there, or name another port."
        ) from error
    return listening


def url(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}{PATH}" if ":" in host else f"http://{host}:{port}{PATH}"


async def serve(server: IncidentServer, listening: socket.socket, token: str) -> None:
    """Until SIGTERM or SIGINT."""
    import uvicorn

    app: Starlette = server.streamable_http_app(streamable_http_path=PATH, host="127.0.0.1")
    config = uvicorn.Config(
        BearerOnly(app, token), log_level="warning", timeout_graceful_shutdown=LEAVING_SECONDS, server_header=False
    )
    await uvicorn.Server(config).serve([listening])


class BearerOnly:
    """Answers 401 to every request without the token (RFC 6750)."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = Headers(scope=scope).get("authorization", "").encode()
            if not secrets.compare_digest(given, self._expected):
                refusal = JSONResponse({"error": "a bearer token is wanted"}, 401, {"WWW-Authenticate": "Bearer"})
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
