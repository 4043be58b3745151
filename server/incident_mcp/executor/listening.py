"""The executor's socket: who connects is asked of the kernel, and gets one request, a bounded line, and a few seconds.

Whatever comes in, one connection ends and the executor goes on. Clients have places of their own and can't take those
of the approvers. The socket's mode lets everybody connect: the groups decide who is heard.
"""

import math
import sys
import traceback
from collections import Counter as Count
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from anyio.abc import SocketAttribute, SocketListener, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream
from pydantic import TypeAdapter, ValidationError

from incident_mcp.executor.counter import Counter
from incident_mcp.executor.peers import Peer, uid_of
from incident_mcp.executor.protocol import BEAT_SECONDS, CANCEL, LARGEST, WORDS, Ask, Execute, Frame, Role, Trouble
from incident_mcp.vocabulary.errors import BadRequest, IncidentError, SettingsError

PLACES: dict[Role, int] = {"client": 24, "approver": 8}
"""Connections at once."""
OPEN = 128
"""Connections at once, strangers among them, who are sent away unread: the others wait in the kernel."""
READ_SECONDS = 5.0
SEND_SECONDS = 1.0
"""How long a peer that does not read may hold up its own request."""
WORK_SECONDS = 60.0
"""How long a request may take that carries nothing out."""
ROLES = "A client proposes, an approver answers, and a user in both groups is a client: incident-mcp init --separated."
_ANY = TypeAdapter[Any](Any)
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, anyio.IncompleteRead)
PeerOf = Callable[[int], Peer]


async def listen(path: Path) -> SocketListener:
    """The socket, with whom to meet there still to come. Raises `SettingsError` where it can't be made, or another
    executor listens.
    """
    await _check_free(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        return await anyio.create_unix_listener(path, mode=0o666)
    except OSError as error:
        raise SettingsError(f"The socket {path} can't be made: {error}.", "Mend its folder's rights.") from error


async def replaced(path: Path) -> None:
    """Until another file, or none, is where the socket is now."""
    mine = _which(path)
    while _which(path) == mine:  # noqa: ASYNC110 - a file system calls nobody
        await anyio.sleep(BEAT_SECONDS)


def _which(path: Path) -> tuple[int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


async def serve(listener: SocketListener, counter: Counter, peer_of: PeerOf) -> None:
    """Meet whoever connects, until cancelled."""
    desk, free = _Desk(counter, peer_of), anyio.Semaphore(OPEN)

    async def met(stream: SocketStream) -> None:
        try:
            await desk.meet(stream)
        finally:
            free.release()

    async with listener, anyio.create_task_group() as tasks:
        while True:
            await free.acquire()
            tasks.start_soon(met, await listener.accept())


async def _check_free(path: Path) -> None:
    with suppress(OSError):
        async with await anyio.connect_unix(path):
            raise SettingsError(f"An executor listens at {path} already.", "There is one; this one was not started.")


class Busy(IncidentError):
    """All places are taken."""


class _Desk:
    def __init__(self, counter: Counter, peer_of: PeerOf) -> None:
        self._counter = counter
        self._peer_of = peer_of
        self._seated: Count[Role] = Count()

    async def meet(self, stream: SocketStream) -> None:
        """One connection, from its first line to its end."""
        async with stream:
            line = _Line(stream)
            await line.send(await _framed(partial(self._heard, stream, line)))

    async def _heard(self, stream: SocketStream, line: "_Line") -> Frame:
        uid = uid_of(stream.extra(SocketAttribute.raw_socket))  # noqa: S610 - anyio's, not Django's
        peer = await anyio.to_thread.run_sync(self._peer_of, uid)
        with self._seat(peer):
            return await self._worked(await line.read(peer), peer, line)

    @contextmanager
    def _seat(self, peer: Peer) -> Generator[None]:
        if self._seated[peer.role] >= PLACES[peer.role]:
            raise Busy(f"The executor hears {PLACES[peer.role]} {peer.role}s at once, and all places are taken.")
        self._seated[peer.role] += 1
        try:
            yield
        finally:
            self._seated[peer.role] -= 1

    async def _worked(self, ask: Ask, peer: Peer, line: "_Line") -> Frame:
        """The answer, with a beat while it is made. A plan is carried out to its end, also when nobody listens any
        more: only a word or a stop ends it between two writes.
        """
        frame = Frame(trouble=Trouble.of(_UNFINISHED), last=True)
        longest = math.inf if isinstance(ask, Execute) else WORK_SECONDS
        async with anyio.create_task_group() as beside:
            beside.start_soon(line.beat)
            with anyio.move_on_after(longest) as work:
                if isinstance(ask, Execute):
                    beside.start_soon(line.listen, work)
                frame = await _framed(partial(self._counter.answer, ask, peer, line.tell))
            beside.cancel_scope.cancel()
        return frame


_UNFINISHED = IncidentError("The executor ended this before its end.", "The record tells what was done.", not_done="")


async def _framed(work: Callable[[], Awaitable[Any]]) -> Frame:
    """What came of it as the last line of an answer. Nothing that a request meets ends the executor."""
    try:
        answer = await work()
    except IncidentError as error:
        return Frame(trouble=Trouble.of(error), last=True)
    except Exception:  # a slip of ours; what was sent to a cluster is in the record
        traceback.print_exc(file=sys.stderr)
        slip = IncidentError("The executor met an error of its own.", "Its log tells it.", not_done="")
        return Frame(trouble=Trouble.of(slip), last=True)
    return answer if isinstance(answer, Frame) else Frame(answer=_ANY.dump_python(answer, mode="json"), last=True)


class _Line:
    """The two directions of one connection."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._lines = BufferedByteReceiveStream(stream)
        self._sending = anyio.Lock()
        self._deaf = False

    async def read(self, peer: Peer) -> Ask:
        """The request. Raises `BadRequest` for anything else."""
        with anyio.move_on_after(READ_SECONDS):
            try:
                text = await self._lines.receive_until(b"\n", LARGEST)
                return WORDS[peer.role].validate_json(text, strict=True)
            except _GONE:
                raise BadRequest("The connection ended in the middle of a request.") from None
            except anyio.DelimiterNotFound:
                raise BadRequest(f"A request has at most {LARGEST} bytes.") from None
            except ValidationError as error:
                wrong = error.errors(include_url=False, include_input=False)[0]
                if wrong["type"] == "union_tag_invalid":
                    raise BadRequest(f"No request of {peer.role}s, of whom user {peer.name} is one.", ROLES) from None
                where = ".".join(str(part) for part in wrong["loc"]) or "request"
                raise BadRequest(f"No request of {peer.role}s: {where}: {wrong['msg']}.") from None
        raise BadRequest(f"No request came within {READ_SECONDS:.0f} s.")

    async def listen(self, work: anyio.CancelScope) -> None:
        """End the work at the word that says so; whoever has gone says nothing."""
        with suppress(*_GONE, anyio.DelimiterNotFound):
            if await self._lines.receive_until(b"\n", len(CANCEL)) + b"\n" == CANCEL:
                work.cancel()

    async def beat(self) -> None:
        while True:
            await anyio.sleep(BEAT_SECONDS)
            with anyio.CancelScope(shield=True):
                await self.send(Frame())

    async def tell(self, done: int, total: int, what: str) -> None:
        await self.send(Frame(done=done, total=total, what=what))

    async def send(self, frame: Frame) -> None:
        """A peer that is gone, or does not read, costs nothing but its own answer."""
        with anyio.move_on_after(READ_SECONDS if frame.last else SEND_SECONDS), suppress(*_GONE):
            async with self._sending:
                if not self._deaf:
                    self._deaf = True
                    await self._stream.send(frame.model_dump_json(exclude_defaults=True).encode() + b"\n")
                    self._deaf = False
