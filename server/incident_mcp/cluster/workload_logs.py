"""The API server's pod logs as a source: all pods that are meant, every container, the previous instance too where
there was one.

Bounded in pods, lines, bytes and time: one pod that hangs costs its own few seconds, not the answer. What could not be
read is named with its reason, never passed over.
"""

from collections.abc import Sequence
from functools import partial

import anyio

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.look import reason, together
from incident_mcp.cluster.one_log import Gone, Limits, OneLog, one_log, why_not
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.log_source import ContainerLog, LogsRead, LogsWanted
from incident_mcp.vocabulary.observation import ContainerSeen, NotChecked, PodSeen

PODS = 200
LINES = 2000
BYTES = 1024 * 1024
WHEN_MATCHED = 10
"""So many times more is read of a log of which only matching lines are kept."""
IN_ALL = 64 * 1024 * 1024
"""Bytes of all logs together."""
AT_ONCE = 16
SECONDS = 5.0
"""How long one log may take: behind a node that hangs it would take as long as the whole answer."""


class PodLogs:
    """What the kubelets keep of the pods that there are."""

    name = "the API server"

    def __init__(self, api: Api, clock: Clock) -> None:
        self._api = api
        self._clock = clock

    async def read(self, wanted: LogsWanted, seconds: float) -> LogsRead:
        """Pods that are not ready come first. Raises `CredentialsError`."""
        ordered = sorted(wanted.pods, key=lambda pod: pod.ready)[:PODS]
        containers = sum(len(_instances(one, wanted)) for pod in ordered for one in _meant(pod, wanted))
        reading = _Reading(self._api, self._clock, wanted, ordered, _limits(wanted, containers))
        with anyio.move_on_after(seconds):
            await together([partial(reading.pod, pod) for pod in ordered])
        found = reading.done()
        if len(wanted.pods) > PODS:
            more = NotChecked(what=f"logs of {len(wanted.pods) - PODS} more pods", why=f"at most {PODS} are read")
            found.not_checked.append(more)
        if wanted.previous and ordered and not containers:
            found.not_checked.append(NotChecked(what="previous instances", why="no container has restarted"))
        return found

    async def aclose(self) -> None:
        """The connection belongs to the cluster's client."""


class _Reading:
    """One reading of many logs."""

    def __init__(self, api: Api, clock: Clock, wanted: LogsWanted, pods: Sequence[PodSeen], limits: Limits) -> None:
        self._api = api
        self._clock = clock
        self._wanted = wanted
        self._limits = limits
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._waiting = {pod.ref.path for pod in pods}
        self._missed: dict[str, list[str]] = {}
        self._read = LogsRead(PodLogs.name, caps=_caps(limits), looked_through=0 if wanted.match else None)

    async def pod(self, pod: PodSeen) -> None:
        async with self._limiter:
            for one in _meant(pod, self._wanted):
                for previous in _instances(one, self._wanted):
                    await self._container(pod, one, previous=previous)
        self._waiting.discard(pod.ref.path)

    def done(self) -> LogsRead:
        """What there is now."""
        if self._waiting:
            self._missed.setdefault("timed out", []).extend(sorted(self._waiting))
        for why, names in self._missed.items():
            what = f"log of {names[0]}" if len(names) == 1 else f"{len(names)} logs: {listed(names, 4)}"
            self._read.not_checked.append(NotChecked(what=what, why=why))
        return self._read

    async def _container(self, pod: PodSeen, one: ContainerSeen, *, previous: bool) -> None:
        name = f"{pod.ref.name}/{one.name}{', previous instance' if previous else ''}"
        try:
            with anyio.fail_after(SECONDS):
                found = await one_log(
                    self._api, pod.ref, one.name, self._wanted, self._limits, previous=previous, now=self._clock()
                )
        except CredentialsError:
            raise
        except TimeoutError:
            self._missed.setdefault(f"no answer in {SECONDS:g} s", []).append(name)
        except Gone:
            self._missed.setdefault("its log is gone", []).append(name)
        except ClusterError as error:
            self._missed.setdefault(why_not(error, previous=previous) or reason(error), []).append(name)
        else:
            self._keep(ContainerLog(pod.ref, one.name, previous, found.body), name, found)

    def _keep(self, log: ContainerLog, name: str, found: OneLog) -> None:
        self._read.logs.append(log)
        if found.cut:
            self._read.cut.append(name)
        if not found.looked_through:
            self._read.silent.append(name)
        if self._read.looked_through is not None:
            self._read.looked_through += found.looked_through


def _meant(pod: PodSeen, wanted: LogsWanted) -> list[ContainerSeen]:
    return [one for one in pod.containers if wanted.container in (None, one.name)]


def _instances(one: ContainerSeen, wanted: LogsWanted) -> tuple[bool, ...]:
    """Whether it is the previous one, for each that is to be read."""
    ran_before = bool(one.restarts or one.last_finished)
    if wanted.previous:
        return (True,) if ran_before else ()
    return (False, True) if ran_before else (False,)


def _limits(wanted: LogsWanted, containers: int) -> Limits:
    more = WHEN_MATCHED if wanted.match or wanted.until else 1
    return Limits(
        min(LINES * more, wanted.enough or LINES * more), min(BYTES * min(more, 4), IN_ALL // max(containers, 1))
    )


def _caps(limits: Limits) -> str:
    size = f"{limits.size >> 20} MiB" if limits.size >= 1 << 20 else f"{limits.size >> 10} KiB"
    return f"at most {limits.lines:,} lines and {size} a container"
