"""`incident-mcp init`: the passphrase for approving outside the chat, and the client's permission rules."""

from typing import Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

NAME = "init"


def command(
    name: Annotated[str | None, typer.Option("--as", help="Whose passphrase; else your name in the record.")] = None,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the permission rules for Claude Code instead.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="The same, with changes under `ask`: the client asks too, before the form.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the rules into this folder's .claude/settings.json.")
    ] = False,
) -> None:
    """Set the passphrase for `approve`, `stop --lift` and the console; or print the client's permission rules."""
    settings = settings_of(None, None, None)
    run(_rules(settings, strict, write) if permissions or strict or write else _main(settings, name))


async def _rules(settings: Settings, strict: bool, write: bool) -> None:
    import json

    from incident_mcp.cli.client_rules import permission_rules, write_rules
    from incident_mcp.cli.serving import project_folder

    rules = await permission_rules(settings, strict=strict)
    if write:
        print(f"Written to {write_rules(rules, project_folder())}: {len(rules['allow'])} rules allow.")
    else:
        print(json.dumps({"permissions": rules}, indent=2))


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
    print("For Claude Code: incident-mcp init --permissions prints its permission rules, --write writes them.")
