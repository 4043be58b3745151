"""Prometheus as one look asks it: which metrics there are, figures, curves. What fails is noted, and is no data."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from incident_mcp.metrics.asking import Asking, side_by_side
from incident_mcp.metrics.families import FAMILIES, LIMITS, SATURATION, Family
from incident_mcp.metrics.prometheus import Prometheus, Series
from incident_mcp.metrics.promql import select
from incident_mcp.metrics.signals import Asked
from incident_mcp.metrics.span import Span
from incident_mcp.services.quoting import any_of, quoted

PROMETHEUS = "Prometheus"
LATELY = timedelta(hours=2)


class Inquiry:
    """One look's questions to one Prometheus, all about the same moment."""

    def __init__(self, prometheus: Prometheus, asking: Asking, now: datetime) -> None:
        self.prometheus = prometheus
        self.asking = asking
        self.now = now
        self.names: set[str] = set()
        """Of the metrics that we know, those that are there."""
        self.labels: dict[str, set[str]] = {}
        """The names of their labels, for those that are tied to a workload by them."""

    @property
    def families(self) -> list[Family]:
        """The ways in which requests are counted here."""
        return [family for family in FAMILIES if family.total in self.labels]

    async def detect(self) -> None:
        """Which metrics there are: two rounds of cheap questions to the index."""
        since = self.now - LATELY
        wanted = [name for family in FAMILIES for name in (family.total, family.buckets)]
        known = f"{{__name__=~{quoted(any_of((*wanted, *SATURATION)))}}}"
        none: list[str] = []
        found = partial(self.prometheus.metric_names, known, since, self.now)
        self.names = set(await self.asking.ask(PROMETHEUS, found, none))

        async def labels(name: str) -> None:
            read = partial(self.prometheus.label_names, select(name, ()), since, self.now)
            if names := await self.asking.ask(PROMETHEUS, read, none):
                self.labels[name] = set(names)

        tied = [*(family.total for family in FAMILIES), LIMITS]
        await side_by_side(partial(labels, name) for name in tied if name in self.names)

    async def rows(self, query: str) -> list[Series]:
        """The rows of an instant query; none: no data."""
        none: list[Series] = []
        return await self.asking.ask(PROMETHEUS, partial(self.prometheus.query, query, self.now), none)

    async def number(self, query: str) -> float | None:
        """The figure of a query that gives one."""
        return next((row.points[0][1] for row in await self.rows(query) if row.points), None)

    async def curve(self, query: Callable[[int], str] | str, around: Span, scraped: float) -> Asked:
        """The curves of a query, given the seconds between scrapes; `query` may depend on a rate's window."""
        window, none = around.window(scraped), list[Series]()
        text = query if isinstance(query, str) else query(window)
        read = partial(self.prometheus.range, text, around.start, around.end, around.step(scraped))
        return Asked(text, await self.asking.ask(PROMETHEUS, read, none), window)
