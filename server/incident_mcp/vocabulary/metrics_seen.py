"""What the monitoring said at the moment of a look: alerts that fire, and how a workload served around the onset.

A figure that could not be had is None, never 0: a counter that nobody scraped is not a service without errors.
"""

from datetime import datetime
from typing import Literal

from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

AlertState = Literal["firing", "silenced", "inhibited"]
SignalName = Literal[
    "error rate", "latency", "latency p99", "latency p95", "saturation", "CPU throttled", "memory of its limit"
]
Unit = Literal["share", "seconds"]
Moving = Literal["better", "steady", "worse", "unknown"]


class AlertSeen(Value):
    """Alerts of one name about one thing; many pods that fire alike are one, counted.

    `targets` are the objects that its labels name, `names` what they name without saying of which kind (`job`, `app`),
    in `namespace`. A `name` that is no plain identifier is outside text.
    """

    name: str | Untrusted
    severity: str = ""
    state: AlertState = "firing"
    since: datetime
    namespace: str | None = None
    targets: tuple[Ref, ...] = ()
    names: tuple[str, ...] = ()
    summary: Untrusted = Untrusted("")
    runbook_url: Untrusted = Untrusted("")
    count: int = 1


class Subject(Value):
    """A workload as metrics may know it: by its pods, by the Services before it, by the Ingresses before those."""

    workload: Ref
    services: tuple[str, ...] = ()
    ingresses: tuple[str, ...] = ()


class SignalSeen(Value):
    """One measure of one workload. `before` is the median of the hour before the onset."""

    what: SignalName
    unit: Unit
    target: Ref
    now: float | None = None
    before: float | None = None
    at: datetime | None = None
    """The time of `now`."""
    since: datetime | None = None
    """When it left what was usual, and it has not come back; None: it has not left it."""
    moving: Moving = "unknown"
    query: str
    """PromQL, as it was asked."""


class TrafficSeen(Value):
    """Requests a second that left what was usual: `now` against `before`, the median of the hour before."""

    target: Ref
    since: datetime
    now: float
    before: float
    query: str

    @property
    def factor(self) -> float:
        return self.now / self.before


class MetricsSeen(Value):
    """All of it. Empty where no monitoring is configured, or where it had nothing to say."""

    alerts: tuple[AlertSeen, ...] = ()
    signals: tuple[SignalSeen, ...] = ()
    traffic: tuple[TrafficSeen, ...] = ()
