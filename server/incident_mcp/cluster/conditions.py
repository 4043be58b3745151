"""Conditions of an object's status, whichever kind it is."""

from typing import Any

from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.observation import ConditionSeen
from incident_mcp.vocabulary.untrusted import Untrusted


def conditions_seen(status: dict[str, Any]) -> tuple[ConditionSeen, ...]:
    return tuple(
        ConditionSeen(
            type=str(each.get("type", "")),
            status=str(each.get("status", "Unknown")),
            reason=str(each.get("reason", "")),
            message=Untrusted(str(each.get("message", ""))),
            since=moment(each.get("lastTransitionTime")),
        )
        for each in items(status, "conditions")
    )
