"""An executor beside a test, on real sockets and in a thread of its own, with the test's clock.

It has two sockets, one for each kind of visitor: a test runs as one user, and who may ask what is another test's.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.from_thread import start_blocking_portal

from incident_mcp.executor.listening import serve
from incident_mcp.executor.peers import Peer
from incident_mcp.settings import Settings
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.wiring import open_counter


@dataclass(frozen=True)
class Sockets:
    """Where each kind of visitor is heard."""

    clients: Path
    approvers: Path


@contextmanager
def executor_beside(settings: Settings, clock: Clock) -> Generator[Sockets]:
    """An executor with these settings, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="incident-executor-"))  # a socket's path is short (unix(7))
    sockets = Sockets(folder / "clients.sock", folder / "approvers.sock")

    async def run(stopped: anyio.Event, ready: anyio.Event) -> None:
        counter = await open_counter(settings, {}, clock)
        client, approver = Peer(os.getuid(), "assistant", "client"), Peer(os.getuid(), "ada", "approver")
        async with anyio.create_task_group() as tasks:
            one = anyio.Event()
            tasks.start_soon(lambda: serve(sockets.clients, counter, lambda uid: client, ready=one.set))
            await one.wait()
            tasks.start_soon(lambda: serve(sockets.approvers, counter, lambda uid: approver, ready=ready.set))
            await stopped.wait()
            tasks.cancel_scope.cancel()
        await counter.aclose()

    try:
        with start_blocking_portal() as portal:
            stopped, ready = portal.call(anyio.Event), portal.call(anyio.Event)
            running = portal.start_task_soon(run, stopped, ready)
            portal.call(ready.wait)
            yield sockets
            portal.call(stopped.set)
            running.result(10)
    finally:
        shutil.rmtree(folder)
