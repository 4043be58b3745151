"""`incident-mcp serve`: the MCP server over stdio, or at a URL on loopback.

SIGTERM, SIGINT and a closed stdin each end it cleanly: what is written is finished, the sandbox is stopped. The process
then leaves by `os._exit`, because the SDK's stdin reader is a thread that only ends when the client closes the pipe.
"""

import gc
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING, Annotated, cast

import anyio
import typer

from incident_mcp.cli.options import Context, Kubeconfig, Namespace, environment, run, settings_of
from incident_mcp.cli.place import Place
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.errors import IncidentError

if TYPE_CHECKING:
    from incident_mcp.surface.office import Office
    from incident_mcp.surface.server import IncidentServer

NAME = "serve"


def command(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Namespace = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Offer the tools that change the cluster.")
    ] = False,
    sandbox: Annotated[str | None, typer.Option(help="Serve an embedded cluster with this scenario instead.")] = None,
    http: Annotated[
        str | None, typer.Option(metavar="[HOST:]PORT", help="Serve at a URL on loopback, with a bearer token.")
    ] = None,
) -> None:
    """Serve MCP over stdio, or with --http at a URL."""
    # Nothing that is imported at start is garbage: looking for it costs a twentieth of the start-up.
    gc.disable()
    run(_main(settings_of(kubeconfig, context, namespace, allow_writes=allow_writes or None), sandbox, http))


async def _main(settings: Settings, scenario: str | None, http: str | None) -> None:
    from incident_mcp.text.masked_log import mask_standard_error
    from incident_mcp.wiring import office, server

    mask_standard_error()  # before the SDK sets up a log of its own, which it then leaves
    at_url = _at_url(http, settings) if http is not None else None
    # An unflushed line would reach the client as broken JSON when the process ends.
    cast("TextIOWrapper", sys.stdout).reconfigure(line_buffering=True)
    place = Place(settings, scenario)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            # All tools have ended, a write in progress with its record. The SDK's reader thread would wait for the
            # client to close the pipe, so the process leaves from here.
            with anyio.CancelScope(shield=True):
                await place.close()
            sys.stdout.flush()
            os._exit(0)

    reached = office(settings, environment(), place.settings)
    made = server(settings, reached, lifespan)
    async with anyio.create_task_group() as tasks:
        await tasks.start(place.keep, partial(_pinned, reached))
        gc.freeze()
        gc.enable()
        if at_url is not None:
            await at_url(made)  # uvicorn hears the signals itself
        else:
            tasks.start_soon(_cancel_on_signal, tasks.cancel_scope)
            await made.run_stdio_async()


def _at_url(address: str, settings: Settings) -> Callable[["IncidentServer"], Awaitable[None]]:
    """Listening already, so that what can't be served at is said at once."""
    from incident_mcp.surface.http import bind, serve, url
    from incident_mcp.surface.kept_keys import http_token

    listening, (token, kept) = bind(address), http_token(settings.home)
    print(f"incident-mcp serves at {url(listening)}; its bearer token is in {kept}.", file=sys.stderr)
    return partial(serve, listening=listening, token=token)


async def _cancel_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return


async def _pinned(reached: "Office") -> str | None:
    """Load the kubeconfig now, so that a later edit can't move this server to another cluster; its context."""
    try:
        return (await reached.desk()).cluster
    except IncidentError:  # said again, in words, by the first tool that needs a cluster
        return None
