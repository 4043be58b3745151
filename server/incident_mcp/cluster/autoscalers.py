"""HorizontalPodAutoscalers that know no metric, find no target, or stand at their maximum."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import count, part, text
from incident_mcp.cluster.object_meta import ref_of, uid_of
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen


def unable_or_full(table: Table) -> Iterator[str]:
    name, targets, most, now = (table.column(each) for each in ("Name", "Targets", "MaxPods", "Replicas"))
    if min(name, targets, most, now) < 0:
        return
    for row in table.rows:
        cells = row.cells
        if "<unknown>" in str(cells[targets]) or str(cells[now]) in ("0", str(cells[most])):
            yield str(cells[name])


def autoscaler_seen(thing: dict[str, Any]) -> AutoscalerSeen:
    spec, status = part(thing, "spec"), part(thing, "status")
    target = part(spec, "scaleTargetRef")
    return AutoscalerSeen(
        ref=ref_of(thing, "HorizontalPodAutoscaler"),
        uid=uid_of(thing),
        target=Ref(kind=text(target, "kind"), namespace=thing["metadata"].get("namespace"), name=text(target, "name")),
        least=count(spec, "minReplicas", default=1),
        most=count(spec, "maxReplicas"),
        current=count(status, "currentReplicas"),
        wanted=count(status, "desiredReplicas"),
        conditions=conditions_seen(status),
    )
