"""Where logs are read from, as whoever asks knows it: what is wanted, what was read, and what could not be.

The API server's pod logs, Loki and VictoriaLogs stand behind the same protocol and give the same: for each container's
instance its lines, oldest first, each with an RFC 3339 time before it, as the kubelet writes them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from incident_mcp.vocabulary.observation import NotChecked, PodSeen
from incident_mcp.vocabulary.refs import Ref

AtLeast = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class LogsWanted:
    """Which lines. Without `pods` and `workload`: all pods of the namespace; without that, of the whole cluster."""

    since: datetime
    until: datetime | None = None
    namespace: str | None = None
    workload: Ref | None = None
    """Its pods that are gone by now are wanted too, where a source still has them."""
    pods: tuple[PodSeen, ...] = ()
    container: str | None = None
    previous: bool = False
    """Only the instance before the one that runs, or waits, now."""
    match: tuple[str, ...] = ()
    """Texts of which a line holds at least one, in whatever case; empty: all lines."""
    level: AtLeast = "info"
    """Lines below may be left out by a source that can; whoever reads them drops the rest."""
    enough: int | None = None
    """The newest lines that are enough; None: as many as the source's limits allow."""

    @property
    def filtered(self) -> bool:
        """Whether lines may be left out by what they say."""
        return bool(self.match) or self.level != "info"


@dataclass(frozen=True, slots=True)
class ContainerLog:
    """One instance's log."""

    pod: Ref
    container: str
    previous: bool
    body: bytes


@dataclass
class LogsRead:
    """What was read so far, and what was not."""

    source: str
    logs: list[ContainerLog] = field(default_factory=list[ContainerLog])
    not_checked: list[NotChecked] = field(default_factory=list[NotChecked])
    cut: list[str] = field(default_factory=list[str])
    """Logs of which only a part was read: `checkout-7c9f8-x2k4p/app`; or that it was so with all of them."""
    silent: list[str] = field(default_factory=list[str])
    """Logs that are there and hold nothing in the time that was wanted."""
    looked_through: int | None = None
    """Lines among which those that match were found, where that is known."""
    caps: str = ""
    """The limits under which it was read: `at most 2,000 lines and 1 MiB a container`."""


class LogSource(Protocol):
    """One way to logs. `name` is what people know it by."""

    name: str

    async def read(self, wanted: LogsWanted, seconds: float) -> LogsRead:
        """What there is after `seconds`; what was not there by then is *timed out*.

        Raises `CredentialsError`; every other failure is a line of `not_checked`.
        """
        ...

    async def aclose(self) -> None: ...
