"""`incident-mcp`: the entry point. Each command lives in a file of its own and imports what it needs when it runs."""

import typer

from incident_mcp import __version__
from incident_mcp.cli import demo, doctor, plan, sandbox, serve, status

app = typer.Typer(
    name="incident-mcp",
    help="Run a Kubernetes incident with an AI assistant, and a person in command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (serve, demo, sandbox, plan, status, doctor):
    app.command(module.NAME)(module.command)


@app.command("version")
def version() -> None:
    """Print the version."""
    print(__version__)


def main() -> None:
    app()


if __name__ == "__main__":
    main()
