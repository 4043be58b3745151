"""An observation while it is filled: each part is added as it comes, so what has come counts when the time is over."""

from dataclasses import dataclass, field
from datetime import timedelta

from incident_mcp.cluster.look import Look
from incident_mcp.cluster.table_rows import Sweep
from incident_mcp.vocabulary.observation import (
    ConfigSeen,
    EventSeen,
    LogSeen,
    NodeSeen,
    Observation,
    PodGroup,
    PodSeen,
    RouteSeen,
    ServiceSeen,
    Totals,
    WorkloadSeen,
)
from incident_mcp.vocabulary.refs import Ref, Scope

EVENTS = 500
"""Kept, the latest first."""


@dataclass(slots=True)
class Picture:
    """The observation while it is filled; what is missing when the time is over is simply empty."""

    namespaces: list[str] = field(default_factory=list[str])
    swept: Sweep = field(default_factory=Sweep)
    pods: list[PodSeen] = field(default_factory=list[PodSeen])
    groups: tuple[PodGroup, ...] = ()
    workloads: dict[Ref, WorkloadSeen] = field(default_factory=dict[Ref, WorkloadSeen])
    nodes: list[NodeSeen] = field(default_factory=list[NodeSeen])
    events: list[EventSeen] = field(default_factory=list[EventSeen])
    services: list[ServiceSeen] = field(default_factory=list[ServiceSeen])
    routes: list[RouteSeen] = field(default_factory=list[RouteSeen])
    configs: list[ConfigSeen] = field(default_factory=list[ConfigSeen])
    logs: list[LogSeen] = field(default_factory=list[LogSeen])


def observation_of(look: Look, picture: Picture, scope: Scope, took: timedelta) -> Observation:
    swept = picture.swept
    unwell = {str(row.ref) for row in swept.workloads} | {str(w.ref) for w in picture.workloads.values() if not w.well}
    return Observation(
        cluster=look.api.cluster,
        scope=scope,
        at=look.clock(),
        took=took,
        totals=Totals(
            workloads=swept.workloads_seen,
            pods=swept.pods_seen,
            nodes=swept.nodes_seen,
            namespaces=len(picture.namespaces),
            unwell_workloads=len(unwell),
            unwell_pods=len(swept.pods) if scope.workload is None else sum(not pod.ready for pod in picture.pods),
        ),
        workloads=_worst_first(picture),
        pods=tuple(sorted(picture.pods, key=lambda pod: pod.ref.path)),
        groups=picture.groups,
        nodes=tuple(sorted(picture.nodes, key=lambda node: node.name)),
        events=tuple(sorted(picture.events, key=lambda event: event.last, reverse=True)[:EVENTS]),
        services=tuple(sorted(picture.services, key=lambda service: service.ref.path)),
        routes=tuple(sorted(picture.routes, key=lambda route: (str(route.ingress), route.host))),
        configs=tuple(sorted(picture.configs, key=lambda config: str(config.ref))),
        logs=tuple(sorted(picture.logs, key=lambda log: (log.pod.path, log.container))),
        looked_at=look.looked_at,
        not_checked=look.not_checked,
    )


def _worst_first(picture: Picture) -> tuple[WorkloadSeen, ...]:
    workloads = picture.workloads.values()
    return tuple(sorted(workloads, key=lambda each: (each.ready / max(1, each.desired), -each.desired, each.ref.path)))
