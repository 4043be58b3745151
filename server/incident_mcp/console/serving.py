"""The console on one port of this machine, until it is told to end."""

import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial

import anyio
import uvicorn
from starlette.types import ASGIApp

from incident_mcp.vocabulary.errors import BadRequest

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 1


def listen(port: int) -> socket.socket:
    """Take a port of the loopback address; 0 takes a free one. Raises `BadRequest` where it can't be had."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((LOOPBACK, port))
    except OSError as error:
        taken.close()
        raise BadRequest(f"Port {port} can't be had: {error}.", "Leave --port out: any free one is taken.") from error
    return taken


class _Server(uvicorn.Server):
    """uvicorn's, which leaves the signals to whoever runs it: its own way would end the process before the rest."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def serve(app: ASGIApp, taken: socket.socket) -> None:
    """Until SIGINT or SIGTERM. What is being answered gets its answer."""
    served = server(app)
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(served.serve, sockets=[taken]))
            async for _ in signals:
                served.should_exit = True
                return


def server(app: ASGIApp) -> uvicorn.Server:
    """Serves that application with `serve(sockets=[...])` until `should_exit` is set."""
    return _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            log_level="critical",
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
