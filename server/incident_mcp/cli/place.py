"""Where the cluster of a running server is: the settings as they are, or those of a sandbox that starts beside it.

The sandbox starts while the tools are already listed; the first tool that needs it waits.
"""

import os
from collections.abc import Awaitable, Callable

import anyio
from anyio.abc import TaskStatus

from incident_mcp.cli.embedded import check_scenario, embedded
from incident_mcp.cli.serving import Serving, note_serving
from incident_mcp.settings import Settings

CLOSE_SECONDS = 0.7
"""Leaving may take a second in all."""


class Place:
    """Keeps the cluster, and the note about it for `incident-mcp status`, while the server runs."""

    def __init__(self, settings: Settings, scenario: str | None) -> None:
        check_scenario(scenario)
        self._given = settings
        self._scenario = scenario
        self._found: Settings | None = None
        self._ready = anyio.Event()
        self._closed = anyio.Event()
        self._leave = anyio.Event()

    async def keep(self, pinned: Callable[[], Awaitable[str | None]], *, task_status: TaskStatus[None]) -> None:
        """Hold the cluster until `close`. `pinned` tells the context that this server is held to, once it is loaded."""
        # Shielded: it is left by `close`, after the tools that use it, not by the cancellation that ends them.
        with anyio.CancelScope(shield=True):
            task_status.started()
            async with embedded(self._given, self._scenario) as served:
                self._found = served
                self._ready.set()
                files = served.kubeconfig or os.environ.get("KUBECONFIG")
                note = Serving(os.getpid(), files, await pinned(), self._scenario)
                with note_serving(served.home, note):
                    await self._leave.wait()
        self._closed.set()

    async def settings(self) -> Settings:
        """The settings that lead to the cluster, once it is there."""
        await self._ready.wait()
        return self._found or self._given

    async def close(self) -> None:
        self._leave.set()
        with anyio.move_on_after(CLOSE_SECONDS):
            await self._closed.wait()
