"""One host, tried once: its name, the connection, TLS, and the status of a HEAD."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio

from incident_mcp.reach.addresses import may_be_asked
from incident_mcp.reach.resolving import resolve
from incident_mcp.vocabulary.front import Front, Outcome, Tried

if TYPE_CHECKING:
    import ssl

SECONDS = 3.0
MOST = 6
"""Hosts that are tried in one answer."""
_AGENT = b"incident-mcp (a host of a route that fails, tried once)"


@dataclass(frozen=True)
class Reach:
    """How hosts are tried. What is given here is what a test, or a network of its own kind, needs otherwise."""

    resolve: Callable[[str], Awaitable[list[str]]] = resolve
    may_be_asked: Callable[[str], bool] = may_be_asked
    authority: str | None = None
    """Certificates (PEM) that are trusted; None: the system's."""
    seconds: float = SECONDS

    async def each(self, fronts: Sequence[Front]) -> tuple[Tried, ...]:
        """All at once, the first `MOST`; none takes longer than `seconds`."""
        found: dict[int, Tried] = {}

        async def one(at: int, front: Front) -> None:
            found[at] = await _Attempt(self, front).made()

        async with anyio.create_task_group() as group:
            for at, front in enumerate(fronts[:MOST]):
                group.start_soon(one, at, front)
        return tuple(found[at] for at in sorted(found))


class _Failed(Exception):
    """How far it came."""

    def __init__(self, outcome: Outcome, detail: str = "") -> None:
        super().__init__(outcome)
        self.outcome: Outcome = outcome
        self.detail = detail


class _Attempt:
    """One try, and how far it has come."""

    def __init__(self, reach: Reach, front: Front) -> None:
        self._reach = reach
        self._front = front
        self._address = ""
        self._began = anyio.current_time()

    async def made(self) -> Tried:
        """Never raises."""
        try:
            with anyio.fail_after(self._reach.seconds):
                return self._told("answered", status=await self._status())
        except TimeoutError:
            return self._told("too slow")
        except _Failed as failure:
            return self._told(failure.outcome, detail=failure.detail)

    def _told(self, outcome: Outcome, *, status: int | None = None, detail: str = "") -> Tried:
        return Tried(
            front=self._front,
            outcome=outcome,
            took=timedelta(seconds=anyio.current_time() - self._began),
            address=self._address,
            status=status,
            detail=detail,
        )

    async def _status(self) -> int:
        import httpcore2

        self._address = await self._judged()
        connection = httpcore2.AsyncHTTPConnection(
            origin=httpcore2.Origin(
                b"https" if self._front.secure else b"http", self._front.host.encode("ascii"), self._front.port
            ),
            ssl_context=self._context() if self._front.secure else None,
            network_backend=_to(self._address),
        )
        try:
            answer = await connection.handle_async_request(self._request())
            return int(answer.status)
        except (httpcore2.ConnectError, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise self._failure(error) from error
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(0.2):
                await connection.aclose()

    async def _judged(self) -> str:
        """The first address that may be asked. Nobody resolves again after this."""
        addresses = await self._reach.resolve(self._front.host)
        if not addresses:
            raise _Failed("unresolved")
        allowed = next((each for each in addresses if self._reach.may_be_asked(each)), None)
        if allowed is None:
            self._address = addresses[0]
            raise _Failed("refused address")
        return allowed

    def _request(self) -> Any:
        import httpcore2

        front = self._front
        usual = front.port == (443 if front.secure else 80)
        host = front.host if usual else f"{front.host}:{front.port}"
        return httpcore2.Request(
            "HEAD",
            httpcore2.URL(
                scheme=b"https" if front.secure else b"http",
                host=front.host.encode("ascii"),
                port=front.port,
                target=front.path.encode("ascii"),
            ),
            headers=[(b"Host", host.encode("ascii")), (b"User-Agent", _AGENT), (b"Accept", b"*/*")],
        )

    def _context(self) -> ssl.SSLContext:
        import ssl

        return ssl.create_default_context(cadata=self._reach.authority)

    def _failure(self, error: BaseException) -> _Failed:
        import httpcore2

        secured = [each for each in _causes(error) if type(each).__module__ == "ssl"]
        refused = next((str(why) for each in secured if (why := getattr(each, "verify_message", ""))), "")
        if refused:
            return _Failed("certificate refused", refused.rstrip("."))
        if secured:
            return _Failed("no TLS")
        return _Failed("not connected" if isinstance(error, httpcore2.ConnectError) else "no HTTP")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _to(address: str) -> Any:
    """A network in which every name leads to this address."""
    import httpcore2

    network: Any = httpcore2.AnyIOBackend()

    class Pinned(httpcore2.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, port: int, *given: Any, **options: Any) -> Any:
            return await network.connect_tcp(address, port, *given, **options)

    return Pinned()
