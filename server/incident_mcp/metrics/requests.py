"""How a workload answers: error rate and latency by whatever counts its requests, and how much is asked of it.

At most one family that counts at the workload itself and one at the edge are measured. The edge goes on counting when
no pod answers any more, so of the two the one with more errors is told.
"""

from functools import partial

from incident_mcp.metrics import queries
from incident_mcp.metrics.asking import side_by_side
from incident_mcp.metrics.families import Binding, Family
from incident_mcp.metrics.inquiry import Inquiry
from incident_mcp.metrics.place import Queries
from incident_mcp.metrics.signals import signal, traffic
from incident_mcp.metrics.span import Span, interval
from incident_mcp.vocabulary.metrics_seen import SignalName, SignalSeen, Subject, TrafficSeen

QUANTILES: tuple[tuple[float, SignalName], ...] = ((0.99, "latency p99"), (0.95, "latency p95"))


class Counted:
    """One family that counts this workload, and what it tells."""

    def __init__(self, inquiry: Inquiry, subject: Subject, family: Family, binding: Binding, scraped: float) -> None:
        self._inquiry = inquiry
        self._subject = subject
        self.family = family
        self._binding = binding
        self._scraped = scraped
        self.signals: list[SignalSeen] = []
        self.traffic: list[TrafficSeen] = []

    async def measure(self, around: Span, own: Queries, *, only_traffic: bool) -> None:
        """All that no query of the shop's own stands for."""
        jobs = [] if own.traffic else [partial(self._volume, around)]
        if not only_traffic and not own.error_rate:
            jobs.append(partial(self._errors, around))
        if not only_traffic and not own.latency and self.family.buckets in self._inquiry.names:
            jobs += [partial(self._latency, around, quantile, what) for quantile, what in QUANTILES]
        await side_by_side(jobs)

    async def _volume(self, around: Span) -> None:
        query = partial(queries.traffic, self.family, self._binding)
        asked = await self._inquiry.curve(query, around, self._scraped)
        self.traffic += [one for one in [traffic(self._subject.workload, asked, around)] if one]

    async def _errors(self, around: Span) -> None:
        labels = self._inquiry.labels[self.family.total]
        status = next((label for label in self.family.status if label in labels), None)
        if status:
            query = partial(queries.error_rate, self.family, self._binding, status)
            asked = await self._inquiry.curve(query, around, self._scraped)
            self.signals += signal("error rate", "share", self._subject.workload, asked, around)

    async def _latency(self, around: Span, quantile: float, what: SignalName) -> None:
        query = partial(queries.latency, self.family, self._binding, quantile)
        asked = await self._inquiry.curve(query, around, self._scraped)
        self.signals += signal(what, "seconds", self._subject.workload, asked, around)

    @property
    def rank(self) -> tuple[float, bool, bool]:
        """More errors, anything known of now, nearer to the workload."""
        errors = [each.now for each in self.signals if each.what == "error rate" and each.now is not None]
        known = any(each.now is not None for each in self.signals)
        return max(errors, default=0), known, not self.family.edge


async def counted(inquiry: Inquiry, subject: Subject) -> list[Counted]:
    """The families that have data about this workload: the first at the workload itself, the first at the edge."""
    found: dict[tuple[int, int], Counted] = {}

    async def tried(place: tuple[int, int], family: Family, binding: Binding) -> None:
        if samples := await inquiry.number(queries.scrapes(family, binding)):
            found[place] = Counted(inquiry, subject, family, binding, interval(samples))

    await side_by_side(
        partial(tried, (rank, number), family, binding)
        for rank, family in enumerate(inquiry.families)
        for number, binding in enumerate(family.bind(inquiry.labels[family.total], subject))
    )
    return list({found[place].family.edge: found[place] for place in sorted(found, reverse=True)}.values())


def told(families: list[Counted]) -> Counted | None:
    """The one whose signals are told."""
    return max(families, key=lambda each: each.rank, default=None)
