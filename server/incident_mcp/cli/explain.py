"""`incident-mcp explain CODE`: what a finding means, from the catalogue alone; no cluster is asked."""

import difflib
from typing import Annotated

import typer

NAME = "explain"


def command(
    code: Annotated[str | None, typer.Argument(metavar="[CODE]", help="INC101, or its word: crash-loop.")] = None,
) -> None:
    """Say what a finding's code means, and what to do; without a code, list them all."""
    from incident_mcp.investigate.catalogue import CATALOGUE
    from incident_mcp.investigate.hygiene import judge
    from incident_mcp.investigate.pages import explanation

    if code is None:
        for kind in sorted(CATALOGUE, key=lambda kind: kind.code):
            print(f"{kind.code}  {kind.cause:<24}  {kind.title}")
        return
    wanted = code.strip()
    found = next((kind for kind in CATALOGUE if wanted.upper() == kind.code or wanted.lower() == kind.cause), None)
    if untidy := judge.BY_CODE.get(wanted.upper()):
        print(judge.explanation(untidy))
        return
    if found is None:
        near = difflib.get_close_matches(wanted.lower(), [kind.cause for kind in CATALOGUE], n=3)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        typer.echo(f"There is no finding {wanted[:40]!r}. {meant}incident-mcp explain lists them.", err=True)
        raise typer.Exit(1)
    print(explanation(found))
