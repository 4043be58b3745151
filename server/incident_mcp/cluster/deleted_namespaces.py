"""Namespaces that are being deleted, and what they still wait for."""

from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import part
from incident_mcp.cluster.moments import moment
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.control_seen import NamespaceSeen


def terminating(table: Table) -> list[str]:
    name, status = table.column("Name"), table.column("Status")
    return [str(row.cells[name]) for row in table.rows if status >= 0 and row.cells[status] == "Terminating"]


def namespace_seen(thing: dict[str, Any]) -> NamespaceSeen:
    return NamespaceSeen(
        name=thing["metadata"]["name"],
        deleted=moment(thing["metadata"].get("deletionTimestamp")),
        conditions=conditions_seen(part(thing, "status")),
    )
