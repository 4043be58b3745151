"""An observation while it is filled: each part is added as it comes, so what has come counts when the time is over."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol, TypeVar

from incident_mcp.cluster.gateways import Gateways
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.staying import staying
from incident_mcp.cluster.table_rows import Sweep
from incident_mcp.cluster.traffic import Traffic
from incident_mcp.vocabulary.certificate_seen import CertificateSeen, IssuedSeen, IssuerSeen
from incident_mcp.vocabulary.control_seen import ApiServiceSeen, NamespaceSeen, QuotaSeen, WebhookSeen
from incident_mcp.vocabulary.jobs_seen import CronJobSeen, JobSeen
from incident_mcp.vocabulary.network_seen import NameBlockSeen
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.observation import (
    ConfigSeen,
    EventSeen,
    LogSeen,
    NodeSeen,
    Observation,
    PodGroup,
    PodSeen,
    Totals,
    WorkloadSeen,
)
from incident_mcp.vocabulary.places_seen import PlaceSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.vocabulary.report_seen import ReportSeen
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen, BudgetSeen
from incident_mcp.vocabulary.storage_seen import ClaimSeen, StorageClassSeen

EVENTS = 500
"""Kept, the latest first."""


@dataclass(slots=True)
class Picture:
    """The observation while it is filled; what is missing when the time is over is simply empty."""

    namespaces: list[str] = field(default_factory=list[str])
    swept: Sweep = field(default_factory=Sweep)
    pods: list[PodSeen] = field(default_factory=list[PodSeen])
    groups: tuple[PodGroup, ...] = ()
    siblings: list[PodSeen] = field(default_factory=list[PodSeen])
    node_traits: list[NodeTraits] = field(default_factory=list[NodeTraits])
    workloads: dict[Ref, WorkloadSeen] = field(default_factory=dict[Ref, WorkloadSeen])
    nodes: list[NodeSeen] = field(default_factory=list[NodeSeen])
    places: list[PlaceSeen] = field(default_factory=list[PlaceSeen])
    events: list[EventSeen] = field(default_factory=list[EventSeen])
    traffic: Traffic = field(default_factory=Traffic)
    gateways: Gateways = field(default_factory=Gateways)
    certificates: list[CertificateSeen] = field(default_factory=list[CertificateSeen])
    issued: list[IssuedSeen] = field(default_factory=list[IssuedSeen])
    issuers: list[IssuerSeen] = field(default_factory=list[IssuerSeen])
    name_blocks: list[NameBlockSeen] = field(default_factory=list[NameBlockSeen])
    policies: list[PolicySeen] = field(default_factory=list[PolicySeen])
    jobs: list[JobSeen] = field(default_factory=list[JobSeen])
    cron_jobs: list[CronJobSeen] = field(default_factory=list[CronJobSeen])
    autoscalers: list[AutoscalerSeen] = field(default_factory=list[AutoscalerSeen])
    budgets: list[BudgetSeen] = field(default_factory=list[BudgetSeen])
    claims: list[ClaimSeen] = field(default_factory=list[ClaimSeen])
    storage_classes: list[StorageClassSeen] | None = None
    quotas: list[QuotaSeen] = field(default_factory=list[QuotaSeen])
    webhooks: list[WebhookSeen] = field(default_factory=list[WebhookSeen])
    api_services: list[ApiServiceSeen] = field(default_factory=list[ApiServiceSeen])
    terminating: list[str] = field(default_factory=list[str])
    deleted: list[NamespaceSeen] = field(default_factory=list[NamespaceSeen])
    reports: list[ReportSeen] = field(default_factory=list[ReportSeen])
    configs: list[ConfigSeen] = field(default_factory=list[ConfigSeen])
    logs: list[LogSeen] = field(default_factory=list[LogSeen])


def observation_of(look: Look, picture: Picture, scope: Scope, took: timedelta) -> Observation:
    swept = picture.swept
    own = [each for each in picture.workloads.values() if each.ref.namespace in picture.namespaces]
    unwell = {str(row.ref) for row in swept.workloads} | {str(each.ref) for each in own if not each.well}
    seen = Observation(
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
        siblings=tuple(sorted(picture.siblings, key=lambda pod: pod.ref.path)),
        node_traits=tuple(sorted(picture.node_traits, key=lambda node: node.name)),
        nodes=tuple(sorted(picture.nodes, key=lambda node: node.name)),
        places=tuple(sorted(picture.places, key=lambda place: place.name)),
        events=tuple(sorted(picture.events, key=lambda event: event.last, reverse=True)[:EVENTS]),
        services=tuple(sorted(picture.traffic.services, key=lambda service: service.ref.path)),
        routes=tuple(
            sorted(
                (*picture.traffic.routes, *picture.gateways.paths), key=lambda route: (str(route.ingress), route.host)
            )
        ),
        outlines=_by_name(picture.traffic.outlines),
        ingresses=_by_name(picture.traffic.ingresses),
        ingress_classes=tuple(picture.traffic.classes),
        gateways=_by_name(picture.gateways.gateways),
        gateway_classes=None if picture.gateways.classes is None else tuple(picture.gateways.classes),
        gateway_routes=_by_name(picture.gateways.routes),
        certificates=_by_name(picture.certificates),
        issued=_by_name(picture.issued),
        issuers=_by_name(picture.issuers),
        name_blocks=tuple(picture.name_blocks),
        policies=_by_name(picture.policies),
        jobs=_by_name(picture.jobs),
        cron_jobs=_by_name(picture.cron_jobs),
        autoscalers=_by_name(picture.autoscalers),
        budgets=_by_name(picture.budgets),
        claims=_by_name(picture.claims),
        storage_classes=None if picture.storage_classes is None else tuple(picture.storage_classes),
        quotas=_by_name(picture.quotas),
        webhooks=tuple(sorted(picture.webhooks, key=lambda webhook: (str(webhook.config), webhook.name))),
        api_services=_by_name(picture.api_services),
        namespaces=tuple(sorted(picture.deleted, key=lambda namespace: namespace.name)),
        reports=_by_name(picture.reports),
        leaving=_by_name(picture.traffic.leaving),
        configs=tuple(sorted(picture.configs, key=lambda config: str(config.ref))),
        logs=tuple(sorted(picture.logs, key=lambda log: (log.pod.path, log.container))),
        looked_at=look.looked_at,
        not_checked=look.not_checked,
    )
    return staying(seen, frozenset(picture.terminating))


class _Named(Protocol):
    @property
    def ref(self) -> Ref: ...


_N = TypeVar("_N", bound=_Named)


def _by_name(things: list[_N]) -> tuple[_N, ...]:
    return tuple(sorted(things, key=lambda thing: str(thing.ref)))


def _worst_first(picture: Picture) -> tuple[WorkloadSeen, ...]:
    workloads = picture.workloads.values()
    return tuple(sorted(workloads, key=lambda each: (each.ready / max(1, each.desired), -each.desired, each.ref.path)))
