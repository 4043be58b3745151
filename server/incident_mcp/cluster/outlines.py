"""What workloads declare, well or not: enough to say whether a Service's selector and ports fit any of them."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import count, items, part, text
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.network_seen import OutlineSeen


def outline_seen(workload: dict[str, Any], kind: str) -> OutlineSeen:
    template = part(workload, "spec", "template")
    wanted = count(workload, "status", "desiredNumberScheduled") if kind == "DaemonSet" else None
    return OutlineSeen(
        ref=ref_of(workload, kind),
        labels=part(template, "metadata", "labels"),
        ports=tuple(_ports(template)),
        misscheduled=count(workload, "status", "numberMisscheduled"),
        governed_by=text(workload, "spec", "serviceName"),
        desired=count(workload, "spec", "replicas", default=1) if wanted is None else wanted,
    )


def _ports(template: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for container in [*items(template, "spec", "initContainers"), *items(template, "spec", "containers")]:
        yield from ((text(port, "name"), count(port, "containerPort")) for port in items(container, "ports"))
