"""`incident-mcp`: the entry point. Each command lives in a file of its own and imports what it needs when it runs.

A chat client gives a server about a second before its first turn goes on without it, and most of ours is imports. So
the collector rests while there is only code to load (`serve` turns it on again), and pydantic builds a validator when
it is first used: the SDK defines hundreds of models, of which one connection needs a dozen.
"""

import gc

import pydantic

gc.disable()
pydantic.BaseModel.model_config["defer_build"] = True

import typer

from incident_mcp import __version__
from incident_mcp.cli import (
    approve,
    assess,
    audit,
    changes,
    demo,
    diagnose,
    doctor,
    explain,
    health,
    incidents,
    init,
    logs,
    plan,
    sandbox,
    serve,
    status,
    stop,
)

app = typer.Typer(
    name="incident-mcp",
    help="Run a Kubernetes incident with an AI assistant, and a person in command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serve, demo, sandbox, status, assess, health, diagnose, changes, logs, explain, plan, approve):
    app.command(module.NAME)(module.command)
app.command("decline")(approve.decline)
for module in (stop, init, audit, doctor):
    app.command(module.NAME)(module.command)

app.add_typer(incidents.app, name=incidents.NAME)


@app.command("version")
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
