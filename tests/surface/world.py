"""A little world for surface tests: the embedded cluster, our server over it, and a client that answers as told."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from mcp import Client
from mcp.client.session import MessageHandlerFnT
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent

from incident_mcp.communicate.places import Places
from incident_mcp.record.journal import Journal
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.wiring import office, server
from incident_sandbox import Sandbox, serve_sandbox
from tests.executor.beside import executor_beside

Mode = Literal["2026-07-28", "legacy"]
MODES: tuple[Mode, ...] = ("2026-07-28", "legacy")
Stands = Literal["advisory", "separated"]
"""Where the gate stands: in the assistant's server, or in an executor behind a socket."""
STANDS: tuple[Stands, ...] = ("advisory", "separated")
Answer = Callable[[], Awaitable[ElicitResult]]

CHECKOUT = {"kind": "Deployment", "namespace": "shop", "name": "checkout"}
ACCEPT = ElicitResult(action="accept", content={"approve": True})
NOT_TICKED = ElicitResult(action="accept", content={"approve": False})
DECLINE = ElicitResult(action="decline")
CANCEL = ElicitResult(action="cancel")


class ShiftedClock:
    """The system's time, and however much a test adds to it."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def forward(self, **span: float) -> None:
        self.shift += timedelta(**span)


@dataclass
class World:
    """What a test holds."""

    sandbox: Sandbox
    settings: Settings
    clock: ShiftedClock
    client: Client
    questions: list[str] = field(default_factory=list[str])
    forms: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    persons: Settings | None = None
    """The settings of whoever answers at a terminal, where they are not the server's."""

    @property
    def terminal(self) -> dict[str, str]:
        """The environment of a command in ada's terminal."""
        persons = self.persons or self.settings
        named = {"INCIDENT_USER": "ada", "INCIDENT_POLICY": str(persons.policy)}
        if persons.executor:
            return named | {"INCIDENT_EXECUTOR": str(persons.executor)}
        return named | {"INCIDENT_HOME": str(persons.home)}

    async def call(self, tool: str, /, **arguments: Any) -> CallToolResult:
        return await self.client.call_tool(tool, arguments)

    async def rollback(self, **more: Any) -> CallToolResult:
        return await self.call("rollback_workload", **CHECKOUT, **more)

    def writes(self) -> list[Any]:
        """Every mutating request that was no dry run and no access review."""
        return [r for r in self.sandbox.requests if not r.dry_run and "accessreview" not in r.path]

    def entries(self) -> list[Entry]:
        journal = Journal(self.settings.journal, system_clock)
        try:
            return [entry for name in [*journal.incidents(), None] for entry in journal.entries(name)]
        finally:
            journal.close()

    def said(self) -> str:
        return "\n".join(f"{entry.kind}: {entry.text}" for entry in self.entries())


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


def data_of(result: CallToolResult) -> dict[str, Any]:
    assert result.structured_content is not None, text_of(result)
    assert json.dumps(result.structured_content)
    return result.structured_content


def at_once(home: Path, *more: str) -> Path:
    """A policy for persons who answer at once, as those of tests do, and `more` of its keys as lines."""
    home.mkdir(parents=True, exist_ok=True)
    path = home / "policy.toml"
    path.write_text("\n".join(("fastest_answer = 0.0", *more)))
    return path


@asynccontextmanager
async def world(
    home: Path,
    mode: Mode,
    answer: Answer | None,
    *,
    scenario: str = "bad-rollout",
    viewer: bool = False,
    opened: bool = True,
    stands: Stands = "advisory",
    hear: MessageHandlerFnT | None = None,
    **options: Any,
) -> AsyncGenerator[World]:
    """Serve and connect. `answer` makes the person's answer; None: the client can't show forms. `home` and what is in
    it (policy, passphrases, stop) are the gate's, wherever it `stands`. `hear` is given what the server tells unasked.
    """
    async with serve_sandbox(scenario) as sandbox, AsyncExitStack() as stack:
        kubeconfig = sandbox.viewer_kubeconfig if viewer else sandbox.kubeconfig
        wanted = {"allow_writes": True, "home": home, "postmortems": home / "postmortems", "soak": 0.5}
        wanted |= options if "policy" in options else options | {"policy": at_once(home)}
        settings = load_settings(kubeconfig=str(kubeconfig), **wanted)
        clock, persons = ShiftedClock(), settings
        if stands == "separated":
            sockets = stack.enter_context(executor_beside(settings, clock))
            persons = settings.model_copy(update={"executor": sockets.approvers})
            apart = dict.fromkeys(Places.model_fields) | {
                "executor": sockets.clients,
                "home": home / "assistant",
                "kubeconfig": str(sandbox.viewer_kubeconfig),
            }
            settings = settings.model_copy(update=apart)
        questions: list[str] = []
        forms: list[dict[str, Any]] = []

        async def located() -> Settings:
            return settings

        async def ask(context: Any, params: ElicitRequestParams) -> ElicitResult:
            questions.append(params.message)
            forms.append(getattr(params, "requested_schema", {}))
            assert answer is not None
            return await answer()

        made = server(settings, office(settings, {}, located, clock))
        async with Client(
            made, mode=mode, elicitation_callback=ask if answer else None, message_handler=hear
        ) as client:
            here = World(sandbox, settings, clock, client, questions, forms, persons)
            if opened:
                await here.call("open_incident", title="checkout is down")
            yield here


def always(result: ElicitResult) -> Answer:
    async def answer() -> ElicitResult:
        return result

    return answer
