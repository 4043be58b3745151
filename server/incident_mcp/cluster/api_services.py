"""Aggregated APIs that are not available: `v1beta1.metrics.k8s.io` and its like."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import part, text
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.control_seen import ApiServiceSeen
from incident_mcp.vocabulary.refs import Ref


def unavailable(table: Table) -> Iterator[str]:
    name, available = table.column("Name"), table.column("Available")
    yield from (str(row.cells[name]) for row in table.rows if available >= 0 and row.cells[available] != "True")


def api_service_seen(thing: dict[str, Any]) -> ApiServiceSeen | None:
    """None when it is available by now, or nobody has judged it yet."""
    off = condition(conditions_seen(part(thing, "status")), "Available", "False")
    if off is None:
        return None
    behind = part(thing, "spec", "service")
    service = Ref(kind="Service", namespace=text(behind, "namespace"), name=text(behind, "name")) if behind else None
    return ApiServiceSeen(
        ref=ref_of(thing, "APIService"), service=service, reason=off.reason, message=off.message, since=off.since
    )
