"""An embedded cluster whose clock a test moves, and our client connected to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_sandbox import ManualClock, Sandbox, serve_sandbox

CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")


@dataclass(frozen=True)
class Embedded:
    sandbox: Sandbox
    api: Api
    clock: Clock

    async def look(
        self, scope: Scope | None = None, *, deadline_seconds: float = 10.0, logs: bool = True
    ) -> Observation:
        scope = scope or Scope()
        return await observe(self.api, scope, clock=self.clock, deadline_seconds=deadline_seconds, logs=logs)


@asynccontextmanager
async def embedded(scenario: str, *, viewer: bool = False, timeout: float = 15) -> AsyncGenerator[Embedded]:
    """At 2026-11-24 02:14:03 UTC. The viewer may read namespace shop without its Secrets, and nothing else."""
    clock = ManualClock()
    async with serve_sandbox(scenario, clock=clock) as sandbox:
        kubeconfig = sandbox.viewer_kubeconfig if viewer else sandbox.kubeconfig
        options = ConnectOptions(kubeconfig=str(kubeconfig), timeout=timeout)
        api = await connect(options, environment={}, clock=clock.now)
        try:
            yield Embedded(sandbox, api, clock.now)
        finally:
            await api.aclose()
