"""The logs of several containers as they grow, each line with the kubelet's time before it.

A container that ends is followed into its next instance. What ends the whole is somebody else's to say: it goes on
until it is cancelled, or until no log is left.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import reason, together
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.one_log import why_not
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError, Invalid
from incident_mcp.vocabulary.observation import ContainerSeen, NotChecked, PodSeen
from incident_mcp.vocabulary.refs import Ref

BEFORE = 200
"""Lines of each log from before, to tell what is new."""
AGAIN_SECONDS = 1.0
"""Between the end of an instance and the look for its next."""
LONGEST_LINE = 64 * 1024

Take = Callable[[Ref, str, bytes], None]
"""A pod, a container, and whole lines of it."""


class Following:
    """One following. `not_checked` says which logs could not be followed, or not to the end."""

    def __init__(self, api: Api, take: Take) -> None:
        self._api = api
        self._take = take
        self._missed: dict[str, str] = {}

    @property
    def not_checked(self) -> list[NotChecked]:
        """Also those that have not begun so far."""
        return [NotChecked(what=f"log of {name}", why=why) for name, why in self._missed.items()]

    async def run(self, containers: list[tuple[PodSeen, ContainerSeen]]) -> None:
        """Returns when no log is left. Raises `CredentialsError`."""
        await together([partial(self._container, pod.ref, one.name) for pod, one in containers])

    async def _container(self, pod: Ref, container: str) -> None:
        tail = _Tail(partial(self._take, pod, container))
        while True:
            try:
                await self._instance(pod, container, tail)
            except CredentialsError:
                raise
            except ClusterError as error:
                why = why_not(error, previous=False) or reason(error)
                self._missed[f"{pod.name}/{container}"] = why
                if not isinstance(error, Invalid):
                    return  # else it waits to start, or to start again
            await anyio.sleep(AGAIN_SECONDS)

    async def _instance(self, pod: Ref, container: str, tail: "_Tail") -> None:
        params: dict[str, str | int] = {"container": container, "follow": "true", "timestamps": "true"}
        if tail.last is None:
            params["tailLines"] = BEFORE
        else:
            params["sinceTime"] = tail.last.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        async with self._api.stream(f"{path_of(pod)}/log", params) as chunks:
            self._missed.pop(f"{pod.name}/{container}", None)
            async for chunk in chunks:
                tail.feed(chunk)
        tail.end()


class _Tail:
    """Whole lines out of pieces, none of them twice: `sinceTime` knows only seconds."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._rest = b""
        self._known: datetime | None = None
        self.last: datetime | None = None

    def feed(self, chunk: bytes) -> None:
        whole, newline, rest = (self._rest + chunk).rpartition(b"\n")
        self._rest = rest[:LONGEST_LINE]
        if newline:
            self._give(whole.split(b"\n"))

    def end(self) -> None:
        """The instance has ended; what comes is another's."""
        if self._rest:
            self._give([self._rest])
            self._rest = b""
        self._known = self.last

    def _give(self, lines: list[bytes]) -> None:
        fresh: list[bytes] = []
        for line in lines:
            at = moment(line.partition(b" ")[0].decode("ascii", "replace"))
            if at is not None and self._known is not None and at <= self._known:
                continue
            self.last = at or self.last
            fresh.append(line)
        if fresh:
            self._take(b"\n".join(fresh) + b"\n")


def newest_time(body: bytes) -> datetime | None:
    """Of the last line that has one."""
    for line in reversed(body.rstrip(b"\n").split(b"\n")):
        if at := moment(line.partition(b" ")[0].decode("ascii", "replace")):
            return at + timedelta(microseconds=1)
    return None
