"""Label selectors as the API server takes them in a query."""

from collections.abc import Mapping
from typing import Any

from incident_mcp.cluster.json_parts import items


def equality(labels: Mapping[str, str]) -> str:
    """`app=checkout,tier=web`, sorted; empty for no labels, which would select everything."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def label_query(selector: dict[str, Any]) -> str:
    """A LabelSelector, `matchExpressions` included, as a query: `app=checkout,tier in (web,api),!canary`."""
    expressions = [_expression(one) for one in items(selector, "matchExpressions")]
    return ",".join(part for part in (equality(selector.get("matchLabels") or {}), *expressions) if part)


def _expression(one: dict[str, Any]) -> str:
    key, values = one["key"], ",".join(one.get("values") or [])
    return {
        "In": f"{key} in ({values})",
        "NotIn": f"{key} notin ({values})",
        "Exists": key,
        "DoesNotExist": f"!{key}",
    }[one["operator"]]
