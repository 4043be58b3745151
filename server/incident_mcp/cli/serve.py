"""`incident-mcp serve`: the MCP server over stdio.

SIGTERM, SIGINT and a closed stdin each end it cleanly: what is written is finished, the sandbox is stopped. The process
then leaves by `os._exit`, because the SDK's stdin reader is a thread that only ends when the client closes the pipe.
"""

import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Annotated, TextIO, cast

import anyio
import typer

from incident_mcp.cli.embedded import embedded
from incident_mcp.cli.options import Context, Kubeconfig, Namespace, complain, environment, run, settings_of
from incident_mcp.cli.serving import Serving, note_serving
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.errors import IncidentError

NAME = "serve"


def command(
    kubeconfig: Kubeconfig = None,
    context: Context = None,
    namespace: Namespace = None,
    allow_writes: Annotated[
        bool, typer.Option("--allow-writes", help="Offer the tools that change the cluster.")
    ] = False,
    sandbox: Annotated[str | None, typer.Option(help="Serve an embedded cluster with this scenario instead.")] = None,
) -> None:
    """Serve MCP over stdio."""
    # Nothing that is imported at start is garbage: looking for it costs a twentieth of the start-up.
    gc.disable()
    run(_main(settings_of(kubeconfig, context, namespace, allow_writes=allow_writes or None), sandbox))


async def _main(settings: Settings, scenario: str | None) -> None:
    # An unflushed line would reach the client as broken JSON when the process ends.
    cast("TextIO", sys.stdout).reconfigure(line_buffering=True)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    code = 0
    try:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_cancel_on_signal, tasks.cancel_scope)
            await _serve(settings, scenario)
            tasks.cancel_scope.cancel()
    except* IncidentError as group:
        for error in group.exceptions:
            complain(cast("IncidentError", error))
        code = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


async def _cancel_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return


async def _serve(settings: Settings, scenario: str | None) -> None:
    from incident_mcp.wiring import office, server

    place = _Place(settings, scenario)
    reached = office(settings, environment(), place.settings)
    made = server(settings, reached)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(place.keep)
        tasks.start_soon(_pin, reached.desk)
        gc.freeze()
        gc.enable()
        await made.run_stdio_async()
        tasks.cancel_scope.cancel()


async def _pin(desk: Callable[[], Awaitable[object]]) -> None:
    """Load the kubeconfig now, so that a later edit can't move this server to another cluster."""
    with suppress(IncidentError):  # said again, in words, by the first tool that needs a cluster
        await desk()


class _Place:
    """Where the cluster is: the settings as they are, or those of a sandbox that starts beside the server."""

    def __init__(self, settings: Settings, scenario: str | None) -> None:
        self._given = settings
        self._scenario = scenario
        self._found: Settings | None = None
        self._ready = anyio.Event()

    async def keep(self) -> None:
        """Keep the cluster, and the note about it, while the server runs."""
        async with embedded(self._given, self._scenario) as served:
            self._found = served
            note = Serving(os.getpid(), served.kubeconfig, served.context, self._scenario)
            with note_serving(served.home, note):
                self._ready.set()
                await anyio.sleep_forever()

    async def settings(self) -> Settings:
        await self._ready.wait()
        return self._found or self._given
