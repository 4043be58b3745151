"""`incident-mcp`: the entry point. Each command lives in a file of its own, is imported when it is the one that was
asked for, and imports what it needs when it runs.

A chat client gives a server about a second before its first turn goes on without it, and most of ours is imports. So
the collector rests while there is only code to load (`serve` turns it on again), and pydantic builds a validator when
it is first used: the SDK defines hundreds of models, of which one connection needs a dozen.
"""

import gc

import pydantic

gc.disable()
pydantic.BaseModel.model_config["defer_build"] = True

import sys
from importlib import import_module

import typer

from incident_mcp import __version__

COMMANDS = (
    "serve",
    "demo",
    "sandbox",
    "status",
    "assess",
    "health",
    "diagnose",
    "changes",
    "logs",
    "explain",
    "plan",
    "approve",
    "decline",
    "stop",
    "console",
    "init",
    "audit",
    "executor",
    "doctor",
)

app = typer.Typer(
    name="incident-mcp",
    help="Run a Kubernetes incident with an AI assistant, and a person in command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
asked = [each for each in sys.argv[1:2] if each in COMMANDS]
for name in asked or COMMANDS:
    module = import_module(f"incident_mcp.cli.{name}")
    app.command(module.NAME)(module.command)
if not asked:
    incidents = import_module("incident_mcp.cli.incidents")
    app.add_typer(incidents.app, name=incidents.NAME)


@app.command("version")
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
