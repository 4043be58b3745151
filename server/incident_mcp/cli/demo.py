"""`incident-mcp demo`: a whole incident on an embedded cluster, in a terminal, in half a minute.

The same steps as in the chat, by the same functions. Only the question is asked here, and without a passphrase: the
cluster is a sandbox of this very process, so nothing outside it can be changed by a yes.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from incident_mcp.cli.embedded import embedded
from incident_mcp.cli.options import environment, run, settings_of
from incident_mcp.settings import Settings

NAME = "demo"
SCENARIO = "bad-rollout"
SOAK_SECONDS = 10.0


class Scripted(StrEnum):
    """An answer given by a script; the demo says that it was."""

    YES = "yes"
    NO = "no"


def command(
    answer: Annotated[Scripted | None, typer.Option(help="Answer the question by script.")] = None,
    postmortems: Annotated[Path | None, typer.Option(help="Folder for the postmortem.")] = None,
) -> None:
    """Play an incident on an embedded cluster: assess, ask, roll back, verify, postmortem."""
    run(_main(settings_of(None, None, None, allow_writes=True, postmortems=postmortems, soak=SOAK_SECONDS), answer))


async def _main(settings: Settings, answer: Scripted | None) -> None:
    from incident_mcp.cli.demo_script import play
    from incident_mcp.wiring import open_desk

    async with embedded(settings, SCENARIO) as served:
        await play(await open_desk(served, environment()), SCENARIO, answer)
