"""`incident-mcp sandbox SCENARIO`: an embedded cluster for kubectl and for trying things, until it is stopped."""

import signal
from typing import Annotated

import anyio
import typer

from incident_mcp.cli.embedded import embedded
from incident_mcp.cli.options import run, settings_of

NAME = "sandbox"


def command(
    scenario: Annotated[
        str, typer.Argument(help="bad-rollout, oom, dependency-down, certificate-expired, dns, node-lost or healthy.")
    ] = "bad-rollout",
) -> None:
    """Serve an embedded cluster and print the path of its kubeconfig."""
    run(_main(scenario))


async def _main(scenario: str) -> None:
    async with embedded(settings_of(None, None, None), scenario) as served:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            # Only now: whoever reads the path may stop this at once, and expects the kubeconfig to go with it.
            print(served.kubeconfig, flush=True)
            async for _ in signals:
                return
