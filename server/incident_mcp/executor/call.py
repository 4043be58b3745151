"""One request to the executor and its answer, over a blocking socket: for a thread, or a command."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from incident_mcp.executor.peers import check_answering
from incident_mcp.executor.protocol import BEAT_SECONDS, CANCEL, LARGEST_ANSWER, Ask, Frame
from incident_mcp.vocabulary.errors import ExecutorAway

T = TypeVar("T")
PATIENCE = 5 * BEAT_SECONDS
"""How long nothing may be heard."""
Told = Callable[[int, int, str], object]


def untold(done: int, total: int, what: str) -> None:
    """Nobody listens."""


class Call:
    """A connection for one request. `run` raises what the executor raised, `FalseExecutor`, and `ExecutorAway`."""

    def __init__(self, path: Path, request: Ask) -> None:
        self._path = path
        self._request = request
        self._socket: socket.socket | None = None
        self._given_up = False

    def run(self, tell: Told = untold) -> Any:
        """The answer, as plain JSON values."""
        sent = False
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(self._path))
                check_answering(connection, self._path)
                self._socket = connection
                sent = True
                with suppress(ConnectionError):  # it may have said no before it heard all
                    connection.sendall(self._request.model_dump_json().encode() + b"\n")
                return self._answer(connection, tell)
        except (OSError, ValidationError) as error:
            raise self._away(str(error).splitlines()[0], sent=sent) from error

    def _answer(self, connection: socket.socket, tell: Told) -> Any:
        with connection.makefile("rb") as lines:
            while line := lines.readline(LARGEST_ANSWER):
                frame = Frame.model_validate_json(line)
                if frame.trouble:
                    raise frame.trouble.error()
                if frame.last:
                    return frame.answer
                if frame.done is not None and not self._given_up:
                    tell(frame.done, frame.total, frame.what)
        raise self._away("it ended in the middle of the answer", sent=True)

    def _away(self, why: str, *, sent: bool) -> ExecutorAway:
        return ExecutorAway(
            f"The executor at {self._path} does not answer: {why}.",
            "Reading goes on; an operator starts it again: systemctl start incident-mcp-executor.",
            sent=sent,
        )

    def give_up(self) -> None:
        """Ask for the end of a plan that is carried out, between two of its writes."""
        self._given_up = True
        with suppress(OSError):
            if self._socket:
                self._socket.sendall(CANCEL)


def asked(path: Path, request: Ask, kind: type[T] | Any) -> T:
    """The answer to one request, as this type."""
    return TypeAdapter[T](kind).validate_python(Call(path, request).run())
