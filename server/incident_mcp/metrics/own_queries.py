"""What the shop's own queries tell: they stand in place of what would be detected."""

from functools import partial

from incident_mcp.metrics.asking import side_by_side
from incident_mcp.metrics.inquiry import Inquiry
from incident_mcp.metrics.place import Queries
from incident_mcp.metrics.placeholders import filled
from incident_mcp.metrics.signals import signal, traffic
from incident_mcp.metrics.span import Span, interval
from incident_mcp.vocabulary.metrics_seen import SignalName, SignalSeen, TrafficSeen, Unit
from incident_mcp.vocabulary.refs import Ref

SCRAPED = interval(None)


async def own_signals(inquiry: Inquiry, own: Queries, workload: Ref, around: Span) -> list[SignalSeen]:
    """Error rate, latency and saturation, each where there is a query for it."""
    found: list[SignalSeen] = []

    async def measure(what: SignalName, unit: Unit, query: str) -> None:
        asked = await inquiry.curve(filled(query, workload), around, SCRAPED)
        found.extend(signal(what, unit, workload, asked, around))

    wanted: list[tuple[SignalName, Unit, str | None]] = [
        ("error rate", "share", own.error_rate),
        ("latency", "seconds", own.latency),
        ("saturation", "share", own.saturation),
    ]
    await side_by_side(partial(measure, what, unit, query) for what, unit, query in wanted if query)
    return found


async def own_traffic(inquiry: Inquiry, own: Queries, workload: Ref, around: Span) -> list[TrafficSeen]:
    """Where it left what was usual, by the shop's own query."""
    if not own.traffic:
        return []
    asked = await inquiry.curve(filled(own.traffic, workload), around, SCRAPED)
    return [one for one in [traffic(workload, asked, around)] if one]
