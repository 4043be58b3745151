"""The options that every command takes, and how a failure is told: one paragraph on stderr, no traceback."""

import os
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import anyio
import typer

from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.errors import IncidentError

if TYPE_CHECKING:
    from incident_mcp.settings import Settings

T = TypeVar("T")

Kubeconfig = Annotated[str | None, typer.Option(help="Kubeconfig file(s); else KUBECONFIG, else ~/.kube/config.")]
Context = Annotated[str | None, typer.Option(help="Context; else the kubeconfig's current one.")]
Namespace = Annotated[str | None, typer.Option("--namespace", "-n", help="Default namespace.")]


def settings_of(kubeconfig: str | None, context: str | None, namespace: str | None, **more: Any) -> "Settings":
    """Settings with this command's options on top; a mistake in them ends the command with exit code 2."""
    from incident_mcp.settings import load_settings  # a filter of logs has none

    try:
        return load_settings(kubeconfig=kubeconfig, context=context, namespace=namespace, **more)
    except IncidentError as error:
        complain(error)
        raise typer.Exit(2) from error


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a command's body; an error of ours becomes a paragraph and exit code 1."""

    async def body() -> T:
        return await main

    try:
        return anyio.run(body)
    except IncidentError as error:
        complain(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def complain(error: IncidentError) -> None:
    print(f"incident-mcp: {mask(str(error))}", file=sys.stderr)


def environment() -> dict[str, str]:
    return dict(os.environ)
