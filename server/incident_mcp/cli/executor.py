"""`incident-mcp executor`: the separated executor, run by a user of its own (docs/separated.md).

When it starts it looks at what a predecessor left in the middle, and tells what the cluster says of it.
"""

import signal
import sys

import anyio

from incident_mcp.cli.options import Context, Kubeconfig, environment, run, settings_of
from incident_mcp.settings import Settings

NAME = "executor"


def command(kubeconfig: Kubeconfig = None, context: Context = None) -> None:
    """Hold the credential that writes, and carry out what a person approved (`listen` in the settings)."""
    run(_main(settings_of(kubeconfig, context, None)))


async def _main(settings: Settings) -> None:
    from incident_mcp.executor.aftermath import settle
    from incident_mcp.executor.alone import alone
    from incident_mcp.executor.listening import listen, replaced, serve
    from incident_mcp.executor.peers import Groups
    from incident_mcp.vocabulary.errors import SettingsError
    from incident_mcp.wiring import open_counter

    lost = False

    async def end_without_socket(scope: anyio.CancelScope) -> None:
        nonlocal lost
        await replaced(place.socket)
        lost = True
        scope.cancel()

    with alone(settings.home):
        counter, place = await open_counter(settings, environment()), settings.listen
        listener = await listen(place.socket)
        _say(f"listening at {place.socket} for {counter.api.cluster.name} ({counter.api.cluster.server})")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_end_on_signal, tasks.cancel_scope)
            tasks.start_soon(end_without_socket, tasks.cancel_scope)
            tasks.start_soon(settle, counter, _say)
            await serve(listener, counter, Groups(place.clients, place.approvers).peer)
        with anyio.CancelScope(shield=True):
            await counter.aclose()
    if lost:
        raise SettingsError(
            f"The socket {place.socket} was taken away: nobody could reach this executor, so it ended.",
            "Whoever runs it starts it again; only its own user and root can do that to its folder.",
            not_done="What was under way ended between two writes.",
        )


async def _end_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return


def _say(words: str) -> None:
    from incident_mcp.text.masking import mask

    print(f"incident-mcp executor: {mask(words)}", file=sys.stderr, flush=True)
