"""Our server over one of the clusters, and a client whose person answers as a test says."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.types import CallToolResult, ElicitRequestParams, ElicitResult

from incident_mcp.settings import load_settings
from incident_mcp.surface.office import Office
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.wiring import office, server
from tests.contract.cluster import Cluster
from tests.surface.world import ACCEPT, Mode, at_once, data_of, text_of

Person = Callable[[ElicitRequestParams], ElicitResult]


def agrees(params: ElicitRequestParams) -> ElicitResult:
    """Ticks the box, or types the name that the form asks for."""
    schema: dict[str, Any] = getattr(params, "requested_schema", {})
    name = schema.get("properties", {}).get("name")
    if name is None:
        return ACCEPT
    return ElicitResult(action="accept", content={"name": name["title"].split()[1]})


@dataclass
class Desk:
    """What a test holds: the tools, and the questions that were asked."""

    cluster: Cluster
    client: Client
    reached: Office
    questions: list[str] = field(default_factory=list[str])

    async def call(self, tool: str, /, **arguments: Any) -> dict[str, Any]:
        """The typed answer; the tool must not fail."""
        result = await self._call(tool, arguments)
        assert not result.is_error, text_of(result)
        return data_of(result)

    async def refused(self, tool: str, /, **arguments: Any) -> str:
        """The words of a tool error."""
        result = await self._call(tool, arguments)
        assert result.is_error, data_of(result)
        return text_of(result)

    async def planned(self, tool: str, /, **arguments: Any) -> Plan:
        """The whole plan that a preview shows."""
        shown = await self.call("preview_change", tool=tool, arguments=arguments)
        plan, _ = await (await self.reached.desk()).gate.plan(shown["plan"])
        return plan

    async def _call(self, tool: str, arguments: dict[str, Any]) -> CallToolResult:
        return await self.client.call_tool(tool, arguments)


@asynccontextmanager
async def desk(
    cluster: Cluster, home: Path, person: Person = agrees, *, mode: Mode = "2026-07-28", kubeconfig: Path | None = None
) -> AsyncGenerator[Desk]:
    wanted: dict[str, Any] = {"allow_writes": True, "home": home, "postmortems": home / "postmortems", "soak": 0.5}
    wanted["policy"] = at_once(home)
    settings = load_settings(kubeconfig=str(kubeconfig or cluster.plane.kubeconfig), **wanted)
    questions: list[str] = []

    async def located() -> Any:
        return settings

    async def ask(context: Any, params: ElicitRequestParams) -> ElicitResult:
        questions.append(params.message)
        return person(params)

    reached = office(settings, {}, located, cluster.clock)
    async with Client(server(settings, reached), mode=mode, elicitation_callback=ask) as client:
        here = Desk(cluster, client, reached, questions)
        await here.call("open_incident", title="checkout is down")
        yield here
