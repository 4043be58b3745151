"""`incident-mcp executor`: the separated executor, run by a user of its own (docs/separated.md).

Before it listens it looks at what a predecessor left in the middle, and tells what the cluster says of it.
"""

import signal
import sys
from typing import TYPE_CHECKING

import anyio

from incident_mcp.cli.options import Context, Kubeconfig, environment, run, settings_of
from incident_mcp.settings import Settings

if TYPE_CHECKING:
    from incident_mcp.executor.counter import Counter

NAME = "executor"
LOOK_AGAIN_SECONDS = 10.0


def command(kubeconfig: Kubeconfig = None, context: Context = None) -> None:
    """Hold the credential that writes, and carry out what a person approved (`[listen]` in the settings)."""
    run(_main(settings_of(kubeconfig, context, None)))


async def _main(settings: Settings) -> None:
    from incident_mcp.executor.listening import serve
    from incident_mcp.executor.peers import Groups
    from incident_mcp.wiring import open_counter

    counter = await open_counter(settings, environment())
    place = settings.listen

    def ready() -> None:
        _say(f"listening at {place.socket} for {counter.api.cluster.name} ({counter.api.cluster.server})")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_end_on_signal, tasks.cancel_scope)
        tasks.start_soon(_settle, counter)
        await serve(place.socket, counter, Groups(place.clients, place.approvers).peer, ready=ready)
    with anyio.CancelScope(shield=True):
        await counter.aclose()


async def _settle(counter: "Counter") -> None:
    """Tell what came of changes that were cut short, as soon as the cluster can tell it."""
    from incident_mcp.vocabulary.errors import IncidentError

    left = await counter.unsettled()
    for plan in left:
        _say(f"plan {plan.id} was cut short: {plan.draft.headline}. Looking at the cluster; nothing is sent again.")
    while left:
        try:
            for words in await counter.settle():
                _say(words)
            left = await counter.unsettled()
        except IncidentError as error:
            _say(str(error))
        await anyio.sleep(LOOK_AGAIN_SECONDS if left else 0)


async def _end_on_signal(scope: anyio.CancelScope) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for _ in signals:
            scope.cancel()
            return


def _say(words: str) -> None:
    from incident_mcp.text.masking import mask

    print(f"incident-mcp executor: {mask(words)}", file=sys.stderr, flush=True)
