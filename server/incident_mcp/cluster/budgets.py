"""PodDisruptionBudgets that let no pod go, and where there are several, whether they select the same pods."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import count, part, text
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.scaling_seen import BudgetSeen

FEW = 20


def spent(table: Table) -> Iterator[str]:
    name, allowed = table.column("Name"), table.column("Allowed Disruptions")
    yield from (str(row.cells[name]) for row in table.rows if allowed >= 0 and str(row.cells[allowed]) == "0")
    if 1 < len(table.rows) <= FEW:  # two of them may select the same pods: only the whole objects tell
        yield from (str(row.cells[name]) for row in table.rows)


def budget_seen(thing: dict[str, Any]) -> BudgetSeen:
    spec, status = part(thing, "spec"), part(thing, "status")
    rules = [f"{key} {text(spec, key)}" for key in ("minAvailable", "maxUnavailable") if key in spec]
    return BudgetSeen(
        ref=ref_of(thing, "PodDisruptionBudget"),
        uid=uid_of(thing),
        selector=part(spec, "selector", "matchLabels"),
        partly="matchExpressions" in part(spec, "selector"),
        allowed=count(status, "disruptionsAllowed"),
        healthy=count(status, "currentHealthy"),
        needed=count(status, "desiredHealthy"),
        expected=count(status, "expectedPods"),
        rule="".join(rules),
    )
