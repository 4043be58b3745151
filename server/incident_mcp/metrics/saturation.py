"""What holds a workload back: CPU time that it was refused, and memory close to its limit."""

from functools import partial

from incident_mcp.metrics import queries
from incident_mcp.metrics.asking import side_by_side
from incident_mcp.metrics.families import LIMITS, MEMORY, THROTTLED
from incident_mcp.metrics.inquiry import Inquiry
from incident_mcp.metrics.signals import signal
from incident_mcp.metrics.span import Span, interval
from incident_mcp.vocabulary.metrics_seen import SignalSeen
from incident_mcp.vocabulary.refs import Ref

SCRAPED = interval(None)
"""The kubelet is seldom scraped more often than twice a minute."""


async def saturation(inquiry: Inquiry, workload: Ref, around: Span) -> list[SignalSeen]:
    """By the kubelet's and kube-state-metrics' figures, where both are there."""
    found: list[SignalSeen] = []

    async def throttled() -> None:
        asked = await inquiry.curve(partial(queries.throttled, workload), around, SCRAPED)
        found.extend(signal("CPU throttled", "share", workload, asked, around))

    async def memory() -> None:
        query = queries.memory_of_limit(workload, inquiry.labels[LIMITS])
        found.extend(
            signal("memory of its limit", "share", workload, await inquiry.curve(query, around, SCRAPED), around)
        )

    there = [(THROTTLED in inquiry.names, throttled), (MEMORY in inquiry.names and LIMITS in inquiry.labels, memory)]
    await side_by_side(job for known, job in there if known)
    return found
