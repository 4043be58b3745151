"""One look in progress: the requests it makes, and what it could not see.

A part that fails is written down and the look goes on: 403, a missing API, a server that fails or throttles, a
broken connection and the end of the time are all ways of *not checked*. Only credentials that nobody accepts, and a
server that gives no first answer, end the look as an error: then there is nothing to tell.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import (
    ClusterError,
    CredentialsError,
    Forbidden,
    IncidentError,
    NotFound,
    ServerFailed,
    Throttled,
    Unreachable,
)
from incident_mcp.vocabulary.observation import NotChecked

T = TypeVar("T")
Job = Callable[[], Awaitable[None]]

AT_ONCE = 24
"""Requests in flight: below the API server's fair share for one client, enough to hide its latency."""
NAMED = 3
"""Namespaces named in one `not checked`; beyond, their number says more."""


class Look:
    """The client, the clock, and the notes of one look."""

    def __init__(self, api: Api, clock: Clock) -> None:
        self.api = api
        self.clock = clock
        self.answered = 0
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._missed: dict[tuple[str, str], list[str]] = {}
        self._asked: dict[tuple[str, str], int] = {}
        self._done: dict[str, None] = {}
        self._versions: dict[str, str] = {}
        self._failed: set[str] = set()
        self._failure: ClusterError | None = None

    async def ask(
        self, what: str, call: Callable[[], Awaitable[T]], default: T, *, where: str = "", note: bool = True
    ) -> T:
        """The answer of `call`, or `default` and a note when this part can't be read.

        Without `note` a refusal is silent: it was about the whole cluster, and the caller goes on namespace by
        namespace. Where the API server failed, that way is closed too: the time is better spent.

        Raises `CredentialsError`, and `Unreachable` when nothing at all has been answered yet.
        """
        if what in self._failed:
            return default
        key = (what, where)
        self._asked[key] = self._asked.get(key, 0) + 1
        try:
            async with self._limiter:
                answer = await call()
        except CredentialsError:
            raise
        except ClusterError as error:
            if isinstance(error, Unreachable) and not self.answered:
                raise
            failed = not note and isinstance(error, ServerFailed)
            if failed:
                self._failed.add(what)
            if note or failed:
                self.miss(what, reason(error), where)
            answer = default
        else:
            self.answered += 1
            self._done[what] = None
        self._asked[key] -= 1
        return answer

    async def ask_if_there(self, what: str, call: Callable[[], Awaitable[T]], *, where: str = "") -> T | None:
        """As `ask`, for one object that may be gone by now: that is an answer, nothing is noted."""

        async def read() -> T | None:
            try:
                return await call()
            except NotFound:
                return None

        return await self.ask(what, read, None, where=where)

    def miss(self, what: str, why: str, where: str = "") -> None:
        places = self._missed.setdefault((what, why), [])
        if where not in places:
            places.append(where)

    def failed(self, error: ClusterError) -> None:
        """A question that the look can do without was not answered: it goes on."""
        self._failure = error

    def require_an_answer(self) -> None:
        """Raises that error when nothing else was answered either: then there is nothing to tell."""
        if self._failure is not None and not self.answered:
            raise self._failure

    def told(self, kind: str, version: str) -> None:
        """A list of this kind was of this resourceVersion."""
        if version:
            self._versions.setdefault(kind, version)

    def as_of(self, kind: str) -> dict[str, str]:
        """The query for one object of a kind that was listed: not older than the list that told of it.

        The API server then answers from its memory, without asking etcd: half the time, and still one moment.
        """
        version = self._versions.get(kind)
        return {"resourceVersion": version} if version else {}

    def saw(self, what: str) -> None:
        self._done[what] = None

    def forbidden(self, what: str) -> bool:
        return any(part == what and why.startswith("Forbidden") for part, why in self._missed)

    def timed_out(self, planned: Iterable[str], seconds: float) -> None:
        """The time is over: whatever is still asked for, or was planned and never begun, is not checked.

        Raises `Unreachable` when nothing at all was answered: no findings would look like no fault.
        """
        if not self.answered and not self._missed:
            raise Unreachable(
                f"No answer from {self.api.cluster.server} within {seconds:.1f} s.",
                "The API server, the way to it, or the kubeconfig's credential plugin hangs: "
                "incident-mcp doctor waits longer, and tells why.",
            )
        for (what, where), open_calls in self._asked.items():
            if open_calls:
                self.miss(what, "timed out", where)
        begun = {what for what, _ in self._asked}
        for what in planned:
            if what not in begun:
                self.miss(what, "timed out")

    @property
    def looked_at(self) -> tuple[str, ...]:
        return tuple(self._done)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        return tuple(NotChecked(what=_named(what, places), why=why) for (what, why), places in self._missed.items())


def _named(what: str, places: list[str]) -> str:
    if "" in places:
        return what
    return f"{what} in {', '.join(places)}" if len(places) <= NAMED else f"{what} in {len(places)} namespaces"


def reason(error: ClusterError) -> str:
    """Why something was not checked, in a word or two."""
    match error:
        case Forbidden():
            return f"Forbidden: {error.verb} {error.resource}" if error.resource else "Forbidden"
        case NotFound():
            return "not there"
        case Throttled():
            return "the API server is busy"
        case Unreachable():
            return "no answer"
        case _:
            return "the API server failed"


async def together(jobs: Iterable[Job]) -> None:
    """Run jobs at once. The first error of ours ends the others and is raised as itself, not inside a group."""
    failed: list[IncidentError] = []
    async with anyio.create_task_group() as group:

        async def run(job: Job) -> None:
            try:
                await job()
            except IncidentError as error:
                failed.append(error)
                group.cancel_scope.cancel()

        for job in jobs:
            group.start_soon(run, job)
    if failed:
        raise failed[0]
