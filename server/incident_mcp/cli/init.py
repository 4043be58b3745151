"""`incident-mcp init`: the passphrase with which a person approves outside the chat."""

from typing import Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

NAME = "init"


def command(
    name: Annotated[str | None, typer.Option("--as", help="Whose passphrase; else your name in the record.")] = None,
) -> None:
    """Set the passphrase for `approve`, `stop --lift` and the console."""
    run(_main(settings_of(None, None, None), name))


async def _main(settings: Settings, name: str | None) -> None:
    from incident_mcp.cli.terminal import ask_secret, check_terminal
    from incident_mcp.gate.approvers import Approvers
    from incident_mcp.vocabulary.errors import BadRequest

    check_terminal()
    approvers, person = Approvers(settings.home), name or settings.person.name
    if person in approvers.names():
        approvers.check(person, ask_secret(f"{person}'s present passphrase: "))
    first = ask_secret(f"A passphrase for {person}, that no assistant knows: ")
    if ask_secret("The same again: ") != first:
        raise BadRequest("The two are not the same.", "Nothing was set; try again.")
    approvers.set(person, first)
    print(f"Set for {person}. Of it, a hash is kept in {approvers.path}.")
    print("Advisory: whoever can write that file as you can replace it.")
