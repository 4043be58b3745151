"""`incident-mcp init`: the passphrase with which a person approves outside the chat, and the client's permission rules;
with `--separated`, the set-up of the separated mode.


A passphrase is set by the user whose state folder keeps it, and by nobody else: in the separated mode that is the
executor's user.
"""

import os
import shlex
from typing import Annotated

import typer

from incident_mcp.cli.options import complain, run, settings_of
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.errors import IncidentError

NAME = "init"
Users = list[str]


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
    separated: Annotated[
        bool, typer.Option("--separated", help="Print how an executor of its own user is set up (docs/separated.md).")
    ] = False,
    assistant: Annotated[Users | None, typer.Option(help="OS user of an assistant, who may propose.")] = None,
    approver: Annotated[Users | None, typer.Option(help="OS user of a person, who may answer.")] = None,
    do: Annotated[bool, typer.Option("--do", help="As root: do the steps that lack.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="As root: take away what was made; records are kept.")] = False,
    purge: Annotated[bool, typer.Option("--purge", help="With --undo: records and policy, too.")] = False,
) -> None:
    """Set the passphrase for `approve`, `stop --lift` and the console; print the client's permission rules; or set up
    the separated mode.
    """
    if separated:
        return _separated(assistant or [], approver or [], do=do, undo=undo, purge=purge)
    settings = settings_of(None, None, None)
    return run(_rules(settings, strict, write) if permissions or strict or write else _main(settings, name))


async def _rules(settings: Settings, strict: bool, write: bool) -> None:
    import json

    from incident_mcp.cli.client_rules import permission_rules, write_rules
    from incident_mcp.cli.serving import project_folder

    rules = await permission_rules(settings, strict=strict)
    if write:
        print(f"Written to {write_rules(rules, project_folder())}: {len(rules['allow'])} rules allow.")
    else:
        print(json.dumps({"permissions": rules}, indent=2))


def _separated(assistants: Users, persons: Users, *, do: bool, undo: bool, purge: bool) -> None:
    from incident_mcp.cli.separated import walk
    from incident_mcp.cli.separated.layout import Layout

    layout = Layout()
    lines = walk.shown(layout, assistants, persons)
    if undo:
        lines = walk.undone(layout, purge=purge)
    elif do:
        lines = walk.done(layout, assistants, persons)
    try:
        for line in lines:
            print(line)
    except IncidentError as error:
        complain(error)
        raise typer.Exit(1) from error


async def _main(settings: Settings, name: str | None) -> None:
    from incident_mcp.cli.terminal import ask_secret, check_terminal
    from incident_mcp.gate.approvers import Approvers
    from incident_mcp.vocabulary.errors import BadRequest

    person = name or settings.person.name
    _check_keeper(settings, person)
    check_terminal()
    approvers = Approvers(settings.home)
    if person in approvers.names():
        approvers.check(person, ask_secret(f"{person}'s present passphrase: "))
    first = ask_secret(f"A passphrase for {person}, that no assistant knows: ")
    if ask_secret("The same again: ") != first:
        raise BadRequest("The two are not the same.", "Nothing was set; try again.")
    approvers.set(person, first)
    print(f"Set for {person}. Of it, a hash is kept in {approvers.path}.")
    print("Whoever can write that file as you can replace it: with an assistant under your user that is advisory.")
    print("For Claude Code: incident-mcp init --permissions prints its permission rules, --write writes them.")


def _check_keeper(settings: Settings, person: str) -> None:
    """Raise `BadRequest` unless this process is the user whose passphrases count."""
    from incident_mcp.cli.separated.layout import Layout
    from incident_mcp.vocabulary.errors import BadRequest

    home = settings.home.expanduser()
    elsewhere = f"the executor at {settings.executor} keeps the passphrases" if settings.executor else ""
    if not elsewhere and home.exists() and home.stat().st_uid != os.geteuid():
        elsewhere = f"{home} is another user's, who alone sets passphrases there"
    if elsewhere:
        how = shlex.join(Layout().as_executor("init", "--as", person))
        raise BadRequest(f"Nothing was set: {elsewhere}.", f"As its user, in a terminal no assistant reaches: {how}")
