"""`incident-mcp console`: a local web page of the record, for people beside the chat, until it is stopped."""

from typing import Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

NAME = "console"


def command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of 127.0.0.1; else any free one.")] = 0,
) -> None:
    """Show the record in a browser, live: timeline, causes, health, plans to approve, stop."""
    run(_main(settings_of(None, None, None), port))


async def _main(settings: Settings, port: int) -> None:
    from incident_mcp.console.running import note_running
    from incident_mcp.console.serving import listen, serve
    from incident_mcp.wiring import console

    with listen(port) as taken:
        port = taken.getsockname()[1]
        address = f"http://127.0.0.1:{port}/"
        print(f"incident-mcp console · {settings.journal}, for browsers on this machine, until Ctrl-C")

        def announce(token: str) -> None:
            print(f"To log in, once: {address}#{token}", flush=True)

        app = console(settings, port, announce)
        with note_running(settings.home, port):
            await serve(app, taken)
