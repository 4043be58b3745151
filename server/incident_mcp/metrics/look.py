"""One look at the monitoring, in two steps: what can be asked beside the sweep of the cluster (alerts, and which
metrics there are), and, once it is known what fails and since when, the curves of that workload.
"""

from datetime import datetime
from functools import partial

from incident_mcp.metrics.alertmanager import Alertmanager
from incident_mcp.metrics.alerts import alerts_of
from incident_mcp.metrics.asking import Asking, side_by_side
from incident_mcp.metrics.inquiry import PROMETHEUS, Inquiry
from incident_mcp.metrics.moved import moved
from incident_mcp.metrics.own_queries import own_signals, own_traffic
from incident_mcp.metrics.place import Queries
from incident_mcp.metrics.prometheus import Prometheus
from incident_mcp.metrics.requests import Counted, counted, told
from incident_mcp.metrics.saturation import saturation
from incident_mcp.metrics.span import Span, span
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.metrics_seen import AlertSeen, MetricsSeen, SignalSeen, Subject, TrafficSeen

ALERTMANAGER = "Alertmanager"
_ORDER = ("error rate", "latency", "latency p99", "latency p95", "saturation", "CPU throttled", "memory of its limit")


class MonitoringLook:
    """What is known so far; `missed` says what is not, and why."""

    def __init__(
        self, prometheus: Prometheus | None, alertmanager: Alertmanager | None, own: Queries, now: datetime
    ) -> None:
        self.asking = Asking()
        self._prometheus = prometheus
        self._alertmanager = alertmanager
        self._inquiry = Inquiry(prometheus, self.asking, now) if prometheus else None
        self._own = own
        self._now = now
        self._alerts: tuple[AlertSeen, ...] = ()
        self._signals: list[SignalSeen] = []
        self._traffic: list[TrafficSeen] = []

    @property
    def seen(self) -> MetricsSeen:
        """The furthest from usual first, of traffic."""
        return MetricsSeen(
            alerts=self._alerts,
            signals=tuple(sorted(self._signals, key=lambda each: _ORDER.index(each.what))),
            traffic=tuple(sorted(self._traffic, key=lambda each: -max(each.factor, 1 / each.factor))),
        )

    @property
    def missed(self) -> list[tuple[str, str]]:
        """What could not be had, or was had with a warning, and why."""
        warned = list(self._prometheus.warnings.values())[:1] if self._prometheus else []
        return [*self.asking.missed, *((PROMETHEUS, f"partial: {plain(warning, 160)}") for warning in warned)]

    async def gather(self) -> None:
        """Alerts, and the metrics that there are: needs nothing of the cluster."""
        jobs = [self._read_alerts, *([self._inquiry.detect] if self._inquiry else [])]
        await side_by_side(jobs)

    async def about(self, subject: Subject, onset: datetime | None) -> None:
        """The curves of one workload around the onset; without an onset, of the last hour."""
        if self._inquiry is None:
            return
        around = span(self._now, onset)
        await side_by_side(
            [
                partial(self._requests, self._inquiry, subject, around, only_traffic=False),
                partial(self._own_signals, self._inquiry, subject, around),
                partial(self._saturation, self._inquiry, subject, around),
            ]
        )
        if not self._signals and not self.asking.missed:
            self.asking.miss(PROMETHEUS, f"no data about {subject.workload}")

    async def traffic(self, subject: Subject, onset: datetime | None) -> None:
        """Whether more was asked of one workload before the onset than in the hour before that."""
        if self._inquiry is not None:
            await self._requests(self._inquiry, subject, span(self._now, onset), only_traffic=True)

    async def everywhere(self, namespace: str | None) -> None:
        """Where nothing fails: whatever is asked for much more, or much less, than in the hour before."""
        if self._inquiry is not None:
            self._traffic += await moved(self._inquiry, namespace)

    async def _read_alerts(self) -> None:
        none: tuple[AlertSeen, ...] = ()
        read = partial(alerts_of, self._alertmanager, self._prometheus)
        self._alerts = await self.asking.ask(ALERTMANAGER if self._alertmanager else PROMETHEUS, read, none)

    async def _requests(self, inquiry: Inquiry, subject: Subject, around: Span, *, only_traffic: bool) -> None:
        self._traffic += await own_traffic(inquiry, self._own, subject.workload, around)
        families: list[Counted] = [] if self._own.covers(only_traffic) else await counted(inquiry, subject)
        await side_by_side(partial(each.measure, around, self._own, only_traffic=only_traffic) for each in families)
        if best := told(families):
            self._signals += best.signals
            self._traffic += best.traffic or [one for each in families for one in each.traffic]

    async def _own_signals(self, inquiry: Inquiry, subject: Subject, around: Span) -> None:
        self._signals += await own_signals(inquiry, self._own, subject.workload, around)

    async def _saturation(self, inquiry: Inquiry, subject: Subject, around: Span) -> None:
        if not self._own.saturation:
            self._signals += await saturation(inquiry, subject.workload, around)
