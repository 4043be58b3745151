"""`incident-mcp console`: a local web page of the record, for people beside the chat, until it is stopped."""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

if TYPE_CHECKING:
    from incident_mcp.executor.door import RemoteDoor

NAME = "console"


def command(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Of 127.0.0.1; else any free one.")] = 0,
) -> None:
    """Show the record in a browser, live: timeline, causes, health, plans to approve, stop."""
    run(_main(settings_of(None, None, None), port))


async def _main(settings: Settings, port: int) -> None:
    from incident_mcp.console.running import note_running
    from incident_mcp.console.serving import listen, serve
    from incident_mcp.wiring import console, remote_door

    with listen(port) as taken:
        port = taken.getsockname()[1]
        address = f"http://127.0.0.1:{port}/"
        print(f"incident-mcp console · {settings.journal}, for browsers on this machine, until Ctrl-C")
        if remote := remote_door(settings, "console"):
            print(_of_the_executor(remote))

        def announce(token: str) -> None:
            print(f"To log in, once: {address}#{token}", flush=True)

        app = console(settings, port, announce)
        with note_running(settings.home, port):
            await serve(app, taken)


def _of_the_executor(remote: "RemoteDoor") -> str:
    """Whose record this is, and why it can't be had just now."""
    from incident_mcp.vocabulary.errors import IncidentError

    copied = f"It copies the record that the executor holds ({remote.path}), and answers there."
    try:
        remote.waiting()
    except IncidentError as error:
        return f"{copied} NOT NOW: {error}"
    return copied
