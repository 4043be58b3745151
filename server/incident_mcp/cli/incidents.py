"""`incident-mcp incidents`: the record by itself, without any cluster: list, show, report, export, import, verify."""

import json
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import JsonValue

from incident_mcp.cli.options import complain, environment, settings_of
from incident_mcp.text.masking import mask, mask_texts
from incident_mcp.vocabulary.errors import IncidentError

if TYPE_CHECKING:
    from incident_mcp.record.journal import Journal
    from incident_mcp.settings import Settings

NAME = "incidents"
app = typer.Typer(help="The record: list, show, report, export, import and verify incidents.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="The incident's id, as `incidents list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_all(as_json: AsJson = False) -> None:
    """List all incidents, oldest first."""
    with _journal() as journal:
        found = journal.lives()
    if as_json:
        _print_json([each.model_dump(mode="json") for each in found])
        return
    if not found:
        print("No incident has been opened yet.")
    for each in found:
        severity = each.severity or (f"{each.proposed} proposed" if each.proposed else "severity not set")
        told = f"{each.id}  {each.opened:%Y-%m-%d %H:%M} UTC  {each.status}  {severity}  {each.cluster.name}"
        print(mask(f"{told}  {each.title}"))


@app.command()
def show(incident: Id, as_json: AsJson = False) -> None:
    """Show an incident's timeline, every entry of it."""
    from incident_mcp.record.lines import known

    with _journal() as journal:
        known(journal, incident)
        entries = journal.entries(incident)
    if as_json:
        _print_json([each.model_dump(mode="json") for each in entries])
        return
    for each in entries:
        print(mask(f"{each.id}  {each.happened:%Y-%m-%d %H:%M:%S}  {each.kind}  {each.actor.name}: {each.text}"))


@app.command()
def export(
    incident: Annotated[str | None, typer.Argument(metavar="[ID]", help="One incident; else the whole record.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; else standard output.")] = None,
) -> None:
    """Write the record as JSON Lines, with the head of each writer's chain."""
    from incident_mcp.record.lines import export as lines

    with _journal() as journal:
        text = b"".join(lines(journal, incident))
        if output is None:
            sys.stdout.buffer.write(text)
            return
        try:
            output.write_bytes(text)
        except OSError as error:
            raise _failed(f"{output} can't be written: {error.strerror}") from error
    written = text.count(b"\n")
    print(f"{output}: {written:,} lines")


@app.command("import")
def import_(file: Annotated[str, typer.Argument(help="An export; `-`: standard input.")]) -> None:
    """Take an export into the record. What is here already stays as it is; nothing is taken from a damaged file."""
    from incident_mcp.record.lines import parse

    with _journal() as journal:
        try:
            lines = sys.stdin.buffer.readlines() if file == "-" else Path(file).read_bytes().splitlines()
        except OSError as error:
            raise _failed(f"{file} can't be read: {error.strerror}") from error
        new = journal.take(parse(lines))
        problems = journal.verify()
    print(f"{new:,} of {len(lines):,} lines were new.")
    _tell(problems)


@app.command()
def verify() -> None:
    """Recompute every chain of the record: what was edited, cut or lost is named, with exit code 1."""
    with _journal() as journal:
        problems, heads = journal.verify(), journal.heads()
    _tell(problems)
    for writer, head in sorted(heads.items()):
        here = " (this journal)" if writer == journal.writer else ""
        print(f"writer {writer}{here}: {head.place:,} entries, head {head.hash}")
    print("Every chain is whole. Compare the heads with those in exports and postmortems: they must be in this record.")


@app.command("report")
def report_all(
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, a line an incident.")] = False,
) -> None:
    """Tell how long incidents took, by severity and service, what came back, and which actions are overdue."""
    from rich.console import Console

    from incident_mcp.cli import follow_up_lines, report_lines
    from incident_mcp.postmortem.report import report, row
    from incident_mcp.vocabulary.clock import system_clock

    with _journal() as journal:
        read = [journal.entries(name) for name in journal.incidents()]
        made = report([row(entries) for entries in read], system_clock())
    if as_csv:
        print(mask(report_lines.as_csv(made)), end="")
    elif as_json:
        done: list[JsonValue] = [one.model_dump(mode="json") for one in follow_up_lines.told(read)]
        _print_json({**made.model_dump(mode="json"), "follow_ups": done})
    else:
        console = Console(highlight=False, markup=False)
        report_lines.show(made, console)
        follow_up_lines.show(follow_up_lines.told(read), console)


def _print_json(value: JsonValue) -> None:
    """What others wrote may have been masked by an older version, or by nobody."""
    print(json.dumps(mask_texts(value), indent=2, ensure_ascii=False))


def _tell(problems: list[str]) -> None:
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise typer.Exit(1)


@contextmanager
def _journal() -> "Generator[Journal]":
    """The record on this machine, after one round with the executor's and the team's where there are such."""
    from incident_mcp.record.journal import Journal
    from incident_mcp.vocabulary.clock import system_clock

    settings = settings_of(None, None, None)
    try:
        journal = Journal(settings.journal, system_clock)
        try:
            for line in _caught_up(journal, settings):
                print(line, file=sys.stderr)
            yield journal
        finally:
            journal.close()
    except IncidentError as error:
        complain(error)
        raise typer.Exit(1) from error


def _caught_up(journal: "Journal", settings: "Settings") -> Iterator[str]:
    if settings.executor:
        from incident_mcp.executor.copying import catch_up

        try:
            catch_up(journal, settings.executor.expanduser())
        except IncidentError as error:
            yield str(error)
    if settings.shared is None:
        return
    from incident_mcp.record.catching_up import exchange
    from incident_mcp.record.following import shared_copy

    try:
        with closing(shared_copy(settings.shared, environment())) as copy:
            yield from exchange(journal, copy).refused
    except IncidentError as error:
        yield str(error)


def _failed(why: str) -> IncidentError:
    return IncidentError(f"{why}.", "Name another file.")
