"""An executor beside a test, on real sockets: in a thread of its own with the test's clock, or in a process of its own
(`python FILE KUBECONFIG HOME FOLDER SECONDS`, with a clock that many ahead), which a test can kill.

It has two sockets, one for each kind of visitor: a test runs as one user, and who may ask what is another test's.
"""

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
from anyio.from_thread import start_blocking_portal

from incident_mcp.executor.aftermath import settle
from incident_mcp.executor.listening import listen, serve
from incident_mcp.executor.peers import Peer
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.wiring import open_counter


@dataclass(frozen=True)
class Sockets:
    """Where each kind of visitor is heard."""

    clients: Path
    approvers: Path


@contextmanager
def sockets() -> Generator[Sockets]:
    """Places for both, in a folder whose path is short enough for a socket's (unix(7))."""
    folder = Path(tempfile.mkdtemp(prefix="incident-executor-"))
    try:
        yield Sockets(folder / "clients.sock", folder / "approvers.sock")
    finally:
        shutil.rmtree(folder)


@contextmanager
def executor_beside(settings: Settings, clock: Clock) -> Generator[Sockets]:
    """An executor with these settings, until the block ends."""
    with sockets() as places, start_blocking_portal() as portal:
        stopped, ready = portal.call(anyio.Event), portal.call(anyio.Event)
        running = portal.start_task_soon(run, settings, clock, places, stopped, ready)
        portal.call(ready.wait)
        yield places
        portal.call(stopped.set)
        running.result(10)


def client(uid: int) -> Peer:
    return Peer(uid, "assistant", "client")


def approver(uid: int) -> Peer:
    return Peer(uid, "ada", "approver")


def say(words: str) -> None:
    print(words, flush=True)


async def run(settings: Settings, clock: Clock, places: Sockets, stopped: anyio.Event, ready: anyio.Event) -> None:
    counter = await open_counter(settings, {}, clock)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve, await listen(places.clients), counter, client)
        tasks.start_soon(serve, await listen(places.approvers), counter, approver)
        tasks.start_soon(settle, counter, say)
        ready.set()
        await stopped.wait()
        tasks.cancel_scope.cancel()
    await counter.aclose()


async def main(kubeconfig: str, home: str, folder: str, seconds: str) -> None:
    settings = load_settings(kubeconfig=kubeconfig, home=Path(home), allow_writes=True)
    places = Sockets(Path(folder) / "clients.sock", Path(folder) / "approvers.sock")
    ready = anyio.Event()

    async def tell() -> None:
        await ready.wait()
        print("ready", flush=True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tell)
        later = timedelta(seconds=float(seconds))
        await run(settings, lambda: datetime.now(UTC) + later, places, anyio.Event(), ready)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4])
