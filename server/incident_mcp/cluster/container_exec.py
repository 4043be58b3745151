"""One command in a container: `pods/exec` over a WebSocket, as `kubectl exec` speaks it.

The first byte of a message says what it is: 1 output, 2 errors, 3 a Status that tells how the command ended (client-go
`tools/remotecommand`, apimachinery `pkg/util/remotecommand`, protocols v5 and v4). Time and output are bounded here; a
command whose connection is closed is not ended by that, so the words for it say that it may still run.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import anyio
import msgspec

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.outgoing import Dropped
from incident_mcp.vocabulary.errors import Invalid, ServerFailed, Unreachable
from incident_mcp.vocabulary.untrusted import Untrusted

if TYPE_CHECKING:
    from incident_mcp.cluster.transport import Line

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
LARGEST = 1024 * 1024
"""Bytes of one message; kubelets send 32 KiB at once."""
OUTPUT, ERRORS, STATUS = 1, 2, 3
_NOT_STARTED = re.compile(
    r"executable file|not found in \$PATH|no such file or directory|unable to start container process"
    r"|unable to upgrade connection|error dialing backend|container not found",
    re.IGNORECASE,
)
"""What runtimes and kubelets say of a command that never began (runc, crun, containerd, CRI-O, kubelet)."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command that was started: how it ended, in words, and what it wrote."""

    ended: str
    output: Untrusted
    errors: Untrusted
    cut: bool = False
    """True when it wrote more than is kept."""


@dataclass(slots=True)
class _Heard:
    """What has come so far. Kept outside the reading, which may be ended at any moment."""

    most: int
    parts: dict[int, bytearray] = field(default_factory=lambda: {OUTPUT: bytearray(), ERRORS: bytearray()})
    status: Json | None = None

    @property
    def full(self) -> bool:
        return sum(map(len, self.parts.values())) >= self.most

    def take(self, message: bytes) -> None:
        channel, data = message[:1], message[1:]
        if channel == bytes([STATUS]):
            self.status = _status(data)
        elif channel and channel[0] in self.parts:
            room = self.most - sum(map(len, self.parts.values()))
            self.parts[channel[0]] += data[: max(room, 0)]

    def ran(self, ended: str) -> Ran:
        output, errors = (Untrusted(self.parts[one].decode("utf-8", "replace")) for one in (OUTPUT, ERRORS))
        return Ran(ended, output, errors, cut=self.full)


async def run_command(api: Api, path: str, options: Json, *, agent: str, seconds: float, most: int) -> Ran:
    """Run it and listen for at most `seconds` and `most` bytes. `options` are the PodExecOptions; asked once.

    Raises `Forbidden`, `NotFound`, `Invalid` when it was not started, `Unreachable` with `sent` when that is not known.
    """
    from wsproto.utilities import generate_accept_token, generate_nonce  # met with the first command

    key = generate_nonce()
    headers = (
        ("User-Agent", agent),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key.decode()),
        ("Sec-WebSocket-Protocol", ", ".join(PROTOCOLS)),
    )
    heard = _Heard(most)
    try:
        async with api.upgraded(path, _query(options), headers) as (answered, line):
            _check(answered, generate_accept_token(key).decode())
            return await _listen(api, line, heard, seconds)
    except ServerFailed as error:  # without the switch no command begins
        raise Invalid(f"The command was not started. {error.happened}", error.next_step) from error
    except Unreachable as error:
        if error.sent:
            error.not_done = "Whether the command was started is not known."
        raise


def _query(options: Json) -> dict[str, str | int | tuple[str, ...]]:
    return {
        "container": str(options["container"]),
        "command": tuple(options["command"]),
        "stdout": "true",
        "stderr": "true",
    }


def _check(answered: Any, token: str) -> None:
    if answered.get("sec-websocket-accept") != token or answered.get("sec-websocket-protocol") not in PROTOCOLS:
        raise Unreachable(
            "The API server, or something before it, answered with another protocol than was asked for.",
            "A proxy in between may not pass WebSockets; kubectl exec will tell the same.",
            sent=True,
        )


async def _listen(api: Api, line: Line, heard: _Heard, seconds: float) -> Ran:
    began = anyio.current_time()

    def after() -> str:
        return f"{anyio.current_time() - began:.1f} s"

    try:
        with anyio.move_on_after(seconds) as patience:
            async for message in _messages(line):
                heard.take(message)
                if heard.status is not None or heard.full:
                    break
    except Dropped as drop:
        return heard.ran(f"the connection broke after {after()} ({drop.reason}): whether it ended is not known")
    if heard.status is not None:
        return heard.ran(_ended(api, heard) + f" after {after()}")
    if patience.cancelled_caught:
        return heard.ran(f"not ended after {seconds:.0f} s, and no longer waited for: it may still run")
    if heard.full:
        return heard.ran(f"left after {after()}, with {heard.most // 1024} KiB of output: it may still run")
    return heard.ran(f"the connection was closed after {after()}: whether it ended is not known")


async def _messages(line: Line) -> AsyncIterator[bytes]:
    """Whole messages until the other side closes. Raises Dropped."""
    from wsproto.connection import Connection, ConnectionType
    from wsproto.events import BytesMessage, CloseConnection, Ping
    from wsproto.utilities import RemoteProtocolError

    frames, message = Connection(ConnectionType.CLIENT), bytearray()
    try:
        while data := await line.read():
            frames.receive_data(data)
            for event in frames.events():
                match event:
                    case BytesMessage():
                        message += event.data
                        if len(message) > LARGEST:
                            raise Dropped("a message without an end", sent=True)
                        if event.message_finished:
                            yield bytes(message)
                            message.clear()
                    case Ping():
                        await line.write(frames.send(event.response()))
                    case CloseConnection():
                        return
                    case _:
                        pass
    except RemoteProtocolError as error:
        raise Dropped(excerpt(str(error)) or "no WebSocket", sent=True) from error


def _status(data: bytes) -> Json:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.MsgspecError:
        return {"status": "Failure", "message": data.decode("utf-8", "replace")}


def _ended(api: Api, heard: _Heard) -> str:
    """`exit code 1`. Raises `Invalid` when the Status says that the command never began."""
    status = heard.status or {}
    if text(status, "status") == "Success":
        return "exit code 0"
    if text(status, "reason") == "NonZeroExitCode":
        codes = [text(one, "message") for one in items(part(status, "details"), "causes") if _is_code(one)]
        return f"exit code {excerpt(codes[0], 10) if codes else 'other than 0'}"
    said = excerpt(text(status, "message"), 200)
    if _NOT_STARTED.search(text(status, "message")) and not any(heard.parts.values()):
        raise Invalid(
            f"The command was not started on {api.cluster.name}: {said or 'no reason given'}.",
            "A small image may have no shell and no tools: kubectl debug with --target adds a container that has some.",
        )
    return f"ended with an error ({said})"


def _is_code(cause: Json) -> bool:
    return text(cause, "reason") == "ExitCode"
