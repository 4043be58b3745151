"""Any server of the SDK at our URL: the same socket, guard and token as `incident-mcp serve --http`.

The official suite has no option for a token, so that here it is added on the way in.
"""

from typing import Any

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.types import ASGIApp, Receive, Scope, Send

from incident_mcp.surface.http import PATH, BearerOnly, bind, url

TOKEN = "t" * 64


class Bearing:
    """Adds the token to each request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [*scope["headers"], (b"authorization", f"Bearer {TOKEN}".encode())]
        await self._app(scope, receive, send)


async def serve(server: MCPServer[Any]) -> None:
    """Prints the address first."""
    with bind("0") as listening:
        print(url(listening), flush=True)
        app = Bearing(BearerOnly(server.streamable_http_app(streamable_http_path=PATH), TOKEN))
        await uvicorn.Server(uvicorn.Config(app, log_level="error")).serve([listening])
