"""What the reading commands share: the same step as the tool of the chat, on the same cluster, into the same record.

With `--json` the typed answer is printed as the tool sends it, else as lines for people. Exit code 0: it could be
looked, whatever was found.
"""

import json
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TextIO, TypeVar, cast

import typer

from incident_mcp.cli.embedded import embedded
from incident_mcp.cli.located import located
from incident_mcp.cli.options import environment, run, settings_of
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.reply import Reply

if TYPE_CHECKING:  # the record and the gate are met when a command runs
    from incident_mcp.workflow.desk import Desk

R = TypeVar("R", bound=Reply)

AsJson = Annotated[bool, typer.Option("--json", help="Print the tool's typed answer as JSON.")]
InSandbox = Annotated[str | None, typer.Option(help="An embedded cluster with this scenario instead.")]
InNamespace = Annotated[str | None, typer.Option("--namespace", "-n", help="Namespace; else the whole cluster.")]


@dataclass(frozen=True)
class Where:
    """Which cluster, as the options name it; without any, the one that a server for this folder serves."""

    kubeconfig: str | None
    context: str | None
    namespace: str | None
    sandbox: str | None = None
    """An embedded cluster with this scenario instead, as long as the command runs."""


def answer(
    where: Where, step: Callable[["Desk"], Awaitable[R]], lines: Callable[[R], Iterable[str]], *, as_json: bool
) -> None:
    """Take one step at a desk of its own, and print what it answers."""
    reply = run(_taken(where, step))
    cast("TextIO", sys.stdout).reconfigure(errors="replace")  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    if as_json:
        print(json.dumps(reply.compact(), indent=2, ensure_ascii=False))
        return
    for line in lines(reply):
        print(line)


async def _taken(where: Where, step: Callable[["Desk"], Awaitable[R]]) -> R:
    from incident_mcp.wiring import open_desk

    settings = settings_of(where.kubeconfig, where.context, where.namespace)
    if where.sandbox is None:
        settings, _ = located(settings, named=bool(where.kubeconfig or where.context))
    async with embedded(settings, where.sandbox) as served:
        desk = await open_desk(served, environment())
        try:
            return await step(desk)
        finally:
            await desk.aclose()


def kind_and_name(text: str) -> tuple[str, str]:
    """`deployment/checkout` as its two parts. Raises `BadRequest` when it is not of that form."""
    kind, slash, name = text.partition("/")
    if not (kind and slash and name) or "/" in name:
        raise BadRequest(
            f"{text[:80]!r} names no workload.", "Write it as KIND/NAME, for example deployment/checkout -n shop."
        )
    return kind, name
