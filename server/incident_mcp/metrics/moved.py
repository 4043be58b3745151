"""Where nothing fails: what is asked of much more, or much less, than in the hour before."""

from functools import partial

from incident_mcp.metrics import queries
from incident_mcp.metrics.asking import side_by_side
from incident_mcp.metrics.families import Family
from incident_mcp.metrics.inquiry import Inquiry
from incident_mcp.metrics.promql import Matcher, select
from incident_mcp.metrics.signals import DROP, LEAST_TRAFFIC, SURGE, traffic
from incident_mcp.metrics.span import interval, span
from incident_mcp.vocabulary.metrics_seen import TrafficSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 5
"""Of one family; the furthest from what was usual."""


async def moved(inquiry: Inquiry, namespace: str | None) -> list[TrafficSeen]:
    """In one namespace, or all of them."""
    found: list[TrafficSeen] = []

    async def of(family: Family) -> None:
        place, name = family.group(inquiry.labels[family.total])
        if place and name:
            rows = await inquiry.rows(_query(family, place, name, namespace))
            await side_by_side(partial(follow, family, place, name, row.labels) for row in rows[:MOST])

    async def follow(family: Family, place: str, name: str, labels: dict[str, str]) -> None:
        binding = (Matcher(place, labels.get(place, "")), Matcher(name, labels.get(name, "")))
        scraped, around = interval(await inquiry.number(queries.scrapes(family, binding))), span(inquiry.now, None)
        asked = await inquiry.curve(partial(queries.traffic, family, binding), around, scraped)
        target = Ref(kind=_kind(name), namespace=labels.get(place), name=labels.get(name, ""))
        found.extend(one for one in [traffic(target, asked, around)] if one)

    await side_by_side(partial(of, family) for family in inquiry.families)
    return found


def _query(family: Family, place: str, name: str, namespace: str | None) -> str:
    held = select(family.total, [Matcher(place, namespace)] if namespace else [Matcher(name, "", "!=")])
    by = f"sum by ({place}, {name})"
    factor = f"{by} (rate({held}[5m])) / ({by} (rate({held}[1h] offset 5m)) > {LEAST_TRAFFIC:g})"
    return f"topk({MOST}, {factor} >= {SURGE:g}) or bottomk({MOST}, {factor} <= {DROP:g})"


def _kind(label: str) -> str:
    """What such a label names."""
    if "service" in label or label == "job":
        return "Service"
    return "Deployment" if label.endswith(("deployment", "deployment_name", "workload")) else "App"
