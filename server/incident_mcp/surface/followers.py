"""Who follows which page in protocol 2025-11-25: `resources/subscribe`, and `notifications/resources/updated` after it.

A page that can be read can be followed; any other address gets the error that reading it would get. The newer protocol
has `subscriptions/listen` instead, which the SDK serves by itself.
"""

from typing import Any

from mcp.server import ServerRequestContext
from mcp.server.connection import Connection
from mcp.server.lowlevel import Server
from mcp.types import EmptyResult, ReadResourceRequestParams, SubscribeRequestParams, UnsubscribeRequestParams


class Followers:
    """The pages that each open connection follows."""

    def __init__(self, served: Server[Any]) -> None:
        self._served = served
        self._pages: dict[Connection, set[str]] = {}
        served.add_request_handler("resources/subscribe", SubscribeRequestParams, self._follow)
        served.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, self._leave)

    async def updated(self, uri: str) -> None:
        """Tell those who follow this page. Never raises: a connection that is gone misses it."""
        for connection, pages in list(self._pages.items()):
            if uri in pages:
                await connection.send_resource_updated(uri)

    async def _follow(self, ctx: ServerRequestContext[Any], params: SubscribeRequestParams) -> EmptyResult:
        if reading := self._served.get_request_handler("resources/read"):
            await reading.handler(ctx, ReadResourceRequestParams(uri=params.uri))
        connection = _connection(ctx)
        if connection not in self._pages:
            self._pages[connection] = set()
            connection.exit_stack.callback(self._pages.pop, connection, None)
        self._pages[connection].add(params.uri)
        return EmptyResult()

    async def _leave(self, ctx: ServerRequestContext[Any], params: UnsubscribeRequestParams) -> EmptyResult:
        self._pages.get(_connection(ctx), set()).discard(params.uri)
        return EmptyResult()


def _connection(ctx: ServerRequestContext[Any]) -> Connection:
    """The session is made anew for each request, and the SDK's handlers are given no other way to what outlives it."""
    return ctx.session._connection  # pyright: ignore[reportPrivateUsage]
