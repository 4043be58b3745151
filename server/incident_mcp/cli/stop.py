"""`incident-mcp stop`: no plan is made, approved or carried out any more, at once, until a person lifts it."""

from typing import TYPE_CHECKING, Annotated

import typer

from incident_mcp.cli.options import run, settings_of
from incident_mcp.settings import Settings

if TYPE_CHECKING:
    from incident_mcp.gate.stopping import Halt

NAME = "stop"


def command(
    why: Annotated[str, typer.Argument(metavar="[WHY]", help="For the record.")] = "",
    lift: Annotated[bool, typer.Option("--lift", help="Allow changes again; wants your passphrase.")] = False,
    name: Annotated[str | None, typer.Option("--as", help="Who you are; else your name in the record.")] = None,
) -> None:
    """Stop all changes at once: revoke what waits, refuse what comes, also in the middle of a plan."""
    run(_lift(settings_of(None, None, None), name) if lift else _stop(settings_of(None, None, None), why))


async def _stop(settings: Settings, why: str) -> None:
    from incident_mcp.wiring import remote_door

    remote = remote_door(settings)
    halt = remote.stop(why) if remote else await _stopped_here(settings, why)
    print("Stopped: nothing is planned, approved or sent any more. That holds back rollbacks and undos too.")
    for plan in halt.revoked:
        print(f"  revoked: plan {plan.id}, {plan.cluster.name}: {plan.draft.headline}")
    for plan in halt.under_way:
        print(f"  under way: plan {plan.id}, {plan.cluster.name}: {plan.draft.headline}")
        print("    It ends before its next write, and nothing puts it back by itself any more.")
        print(f"    {plan.draft.undo.shown} The whole plan: incident-mcp plan {plan.id}")
    print("A write that was sent already is not called back.")
    print("To take something back: incident-mcp stop --lift, then the assistant's undo_action; or kubectl by hand.")


async def _stopped_here(settings: Settings, why: str) -> "Halt":
    from incident_mcp.gate.brake import Brake
    from incident_mcp.gate.stopping import stop, stopped_unrecorded
    from incident_mcp.record.journal import Journal
    from incident_mcp.text.cleaning import one_line
    from incident_mcp.vocabulary.clock import system_clock
    from incident_mcp.vocabulary.errors import RecordError
    from incident_mcp.wiring import door_here

    brake = Brake(settings.home)
    brake.pull(settings.person, one_line(why), system_clock)  # before the record is opened: it may be what is broken
    try:
        journal, door = Journal(settings.journal, system_clock), door_here(settings)
    except RecordError as error:
        raise stopped_unrecorded(brake, error) from error
    return await stop(journal, brake, door, settings.person, one_line(why), system_clock)


async def _lift(settings: Settings, name: str | None) -> None:
    from incident_mcp.cli.terminal import ask_secret
    from incident_mcp.gate.approvers import Approvers, NoPassphrase
    from incident_mcp.gate.brake import Brake
    from incident_mcp.gate.stopping import lift
    from incident_mcp.record.journal import Journal
    from incident_mcp.vocabulary.actor import Actor
    from incident_mcp.vocabulary.clock import system_clock
    from incident_mcp.wiring import NOBODY_APPROVES, persons_door, remote_door

    person = name or settings.person.name
    if not persons_door(settings).anybody():
        raise NoPassphrase(NOBODY_APPROVES)
    secret = ask_secret(f"{person}'s passphrase allows changes again: ")
    if remote := remote_door(settings):
        lifted = remote.lift(person, secret)
    else:
        Approvers(settings.home).check(person, secret)
        by, journal = Actor(role="person", name=person, known_by="passphrase"), Journal(settings.journal, system_clock)
        lifted = await lift(journal, Brake(settings.home), by, system_clock)
    print("Changes are allowed again; revoked plans stay revoked." if lifted else "Changes were not stopped.")
