"""`incident-mcp audit AUDIT_LOG`: hold the API server's audit log against the record. Anybody can run it.

Exit code 0: no difference; 1: some, each named; 2: something could not be read.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from incident_mcp.cli.options import complain, settings_of
from incident_mcp.settings import Settings

NAME = "audit"


def command(
    audit_log: Annotated[
        list[Path], typer.Argument(metavar="AUDIT_LOG...", help="Its files, the oldest first; - reads stdin.")
    ],
    record: Annotated[Path | None, typer.Option(help="The record's file; else the one of your state folder.")] = None,
    cluster: Annotated[str, typer.Option(help="Whose log it is, by context or address; else as its plans tell.")] = "",
    user: Annotated[str, typer.Option(help="Also name what this user wrote without saying that it is ours.")] = "",
) -> None:
    """Match the API server's audit log with the record: each write to its approved plan, each plan to its writes."""
    from incident_mcp.vocabulary.errors import IncidentError

    try:
        alike = _audit(settings_of(None, None, None), audit_log, record, cluster, user)
    except IncidentError as error:
        complain(error)
        raise typer.Exit(2) from error
    except OSError as error:
        print(f"incident-mcp: {error}", file=sys.stderr)
        raise typer.Exit(2) from error
    raise typer.Exit(0 if alike else 1)


def _audit(settings: Settings, files: list[Path], record: Path | None, cluster: str, user: str) -> bool:
    from incident_mcp.gate.audit import prove
    from incident_mcp.gate.audit_log import read_audit_log
    from incident_mcp.record.journal import Journal
    from incident_mcp.text.fencing import plain
    from incident_mcp.text.words import count
    from incident_mcp.vocabulary.clock import system_clock
    from incident_mcp.vocabulary.errors import RecordError

    path = record or settings.journal
    if not path.expanduser().is_file():
        raise RecordError(f"There is no record {path}.", "Name it with --record.")
    log = read_audit_log(_lines(files), user)
    proof = prove(Journal(path.expanduser(), system_clock), log, cluster)
    span = f", {log.first:%Y-%m-%d %H:%M:%S} to {log.last:%Y-%m-%d %H:%M:%S} UTC" if log.first and log.last else ""
    print(f"log      {count(log.lines, 'event')}{span}; {count(proof.requests, 'mutating request')} of ours")
    print(f"record   {path}: {count(proof.plans, 'plan')} carried out" + _outside(proof.outside))
    print(f"matched  {count(proof.writes, 'request')} with approved plans; content compared in {proof.bodies}")
    for note in proof.notes:
        print(f"note     {plain(note, 1000)}")
    for difference in proof.differences:
        print(f"differs  {plain(difference, 1000)}")
    print("No difference." if not proof.differences else f"{count(len(proof.differences), 'difference')}.")
    return not proof.differences


def _outside(number: int) -> str:
    return f", {number} of them at a time that the log does not cover" if number else ""


def _lines(files: list[Path]) -> Iterator[bytes]:
    for path in files:
        if str(path) == "-":
            yield from sys.stdin.buffer
            continue
        with path.open("rb") as file:
            yield from file
