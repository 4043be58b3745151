"""Which rights each tool needs, and what it can do with those that there are.

This table is the single source: `doctor` asks the cluster about it, and tests hold that `deploy/reader.yaml` and
`deploy/writer.yaml` grant exactly this, and that this is what the tools ask the API server for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from incident_mcp.cluster.access import Need, Reach, Verb, review
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.changes.edits import WATCHED
from incident_mcp.cluster.kinds import KINDS, Kind
from incident_mcp.cluster.operators import RESOURCES

State = Literal["works", "works in part", "does not work"]
Needs = tuple[Need, ...]


def needs(*rows: str) -> Needs:
    """`get list: pods pods/log` as one need for each verb and resource."""
    return tuple(dict.fromkeys(need for row in rows for need in _row(row)))


def _row(row: str) -> Iterator[Need]:
    verbs, _, names = row.partition(":")
    for verb in verbs.split():
        yield from (Need(cast("Verb", verb), name) for name in names.split())


@dataclass(frozen=True, slots=True)
class ToolNeeds:
    """What one tool asks the API server for. Those that keep the record or tell the others ask for nothing."""

    tool: str
    always: Needs = ()
    """Without one of these the tool fails."""
    either: Needs = ()
    """One of these is enough to be of use: each stands for another kind."""
    more: Needs = ()
    """Without one of these a part is missing, and the answer says which."""
    where_served: Needs = ()
    """Granted too, and asked for only where the cluster serves it: nothing is missed without one of these."""
    not_granted: Needs = ()
    """Used where it is there, but in no manifest of ours."""
    writer: bool = False
    """It needs the writer role."""
    changes: bool = False
    """It changes the cluster, so it is offered where writing is on."""

    @property
    def all(self) -> Needs:
        return tuple(dict.fromkeys((*self.always, *self.either, *self.more, *self.where_served, *self.not_granted)))


_WORKLOADS = "deployments.apps statefulsets.apps daemonsets.apps"
_SCALES = "deployments.apps/scale statefulsets.apps/scale"
_REVISIONS = "replicasets.apps controllerrevisions.apps"
_TRAFFIC = "services endpointslices.discovery.k8s.io ingresses.networking.k8s.io ingressclasses.networking.k8s.io"
_SCALERS = "horizontalpodautoscalers.autoscaling"
_CLAIMS = "persistentvolumeclaims"
_OTHERS = (
    f"{_CLAIMS} {_SCALERS} jobs.batch cronjobs.batch poddisruptionbudgets.policy apiservices.apiregistration.k8s.io"
)
"""Kinds of which only those that are off are read in full."""
_REASONS = (
    "resourcequotas storageclasses.storage.k8s.io networkpolicies.networking.k8s.io "
    "mutatingwebhookconfigurations.admissionregistration.k8s.io "
    "validatingwebhookconfigurations.admissionregistration.k8s.io"
)
"""Read only where something was refused, waits or runs and is not well."""

_ONE_WORKLOAD = needs(f"get: {_WORKLOADS}")
_NEAR_MISSES = needs("get list: namespaces", f"list: {_WORKLOADS}")
"""What there is instead, when a workload is not there."""
_HISTORY = needs(f"list: {_REVISIONS} pods")
_AROUND = needs(f"list: events {_TRAFFIC} {_REASONS}", "get: configmaps pods/log services")
_SECRETS = needs("get: secrets")
"""Whether a Secret is there, and the certificate of one that a route names. RBAC can't grant either without the rest of
it, so it is in no manifest but deploy/certificates.yaml, which a person applies on purpose.
"""
_PROXY = needs("get: services/proxy")
"""Of the Services that the settings name as Prometheus and Alertmanager, by deploy/monitoring.yaml. A review can't tell
it, since the rule names them; `doctor` asks them. verify_fix asks a Service that leads to what it verifies: who wants
that names the Services in such a rule.
"""
_GATEWAY_API = "gateway.networking.k8s.io"
_ROUTES = " ".join(
    f"{kind}.{_GATEWAY_API}" for kind in ("httproutes", "grpcroutes", "tlsroutes", "tcproutes", "udproutes")
)
_GATEWAYS = needs(
    f"get list: gateways.{_GATEWAY_API}",
    f"list: gatewayclasses.{_GATEWAY_API} referencegrants.{_GATEWAY_API} {_ROUTES}",
)
_ISSUING = needs(
    "list: certificates.cert-manager.io certificaterequests.cert-manager.io "
    "issuers.cert-manager.io clusterissuers.cert-manager.io"
)


_OPERATORS = needs(f"list: {' '.join(RESOURCES)}")


def _resource(kind: Kind) -> str:
    group = kind.root.split("/")[2] if kind.root.startswith("/apis/") else ""
    return f"{kind.plural}.{group}" if group else kind.plural


_READABLE = " ".join(_resource(kind) for kind in KINDS.values() if kind.name != "Secret")
_EDITED = " ".join(_resource(KINDS[watched.kind]) for watched in WATCHED)
_FLAGS = "featureflags.core.openfeature.dev featureflagconfigurations.core.openfeature.dev"
_OWNERS = needs("get: services configmaps namespaces")
"""For the labels and annotations that say whose something is."""
_HYGIENE = needs(f"list: {_WORKLOADS} networkpolicies.networking.k8s.io poddisruptionbudgets.policy")
_SYNCS = "applications.argoproj.io kustomizations.kustomize.toolkit.fluxcd.io helmreleases.helm.toolkit.fluxcd.io"
"""Only asked for where Argo CD or Flux are installed, and then theirs to grant."""

_A_LOOK = ToolNeeds(
    "",
    either=needs(f"list: pods {_WORKLOADS}"),
    more=(*needs("get list: namespaces nodes", f"get: pods {_WORKLOADS}", f"list: {_OTHERS}"), *_HISTORY, *_AROUND),
    where_served=(*_GATEWAYS, *_ISSUING, *_OPERATORS),
    not_granted=_SECRETS,
)
_ONE_LOOK = ToolNeeds(
    "",
    always=needs("list: pods"),
    either=_ONE_WORKLOAD,
    more=(*needs(f"list: {_SCALERS} {_CLAIMS} nodes", "get: nodes"), *_HISTORY, *_AROUND, *_NEAR_MISSES),
    where_served=_GATEWAYS,
    not_granted=_SECRETS,
)
_AROUND_ONE = tuple(
    need for need in dict.fromkeys((*_ONE_LOOK.more, *_A_LOOK.either, *_A_LOOK.more)) if need.resource != "apiservices"
)
"""Where a workload does not explain itself, its namespace is looked at."""
_PATCHES = needs(f"patch: {_WORKLOADS}")
_AS_A_POD = needs("create: pods")
"""A bare pod of the template, as a dry run only: it asks what pod admission says. Granted, it could really make one."""
_OWNER = needs(
    "list: applications.argoproj.io",
    "get: kustomizations.kustomize.toolkit.fluxcd.io helmreleases.helm.toolkit.fluxcd.io",
)
"""Only asked where a mark of Argo CD or Flux is on the target, and then theirs to grant."""
_WARNINGS = needs(f"list: {_SCALERS} resourcequotas limitranges jobs.batch pods", "get: serviceaccounts configmaps")
_EVIDENCE = needs("list: events pods", "get: pods/log")
_RESIZES = needs(f"patch: {_SCALES}")


_LEADING = "services ingresses.networking.k8s.io"
"""What leads traffic on every cluster; and where somebody has installed it."""
_MESHES = f"httproutes.{_GATEWAY_API} virtualservices.networking.istio.io"
_BEHIND = needs(f"get: {_LEADING}", "list: ingresses.networking.k8s.io endpointslices.discovery.k8s.io pods events")
_OF_MESHES = needs(f"get: {_MESHES}", f"list: destinationrules.networking.istio.io referencegrants.{_GATEWAY_API}")
_FLAG_OBJECTS = "featureflags.core.openfeature.dev"

_RESTORES = (
    *_PATCHES,
    *_RESIZES,
    *needs(f"patch: nodes cronjobs.batch jobs.batch configmaps {_LEADING}"),
)
_RESTORES_WHERE_SERVED = needs(f"patch: {_MESHES} {_FLAG_OBJECTS}")
_CHANGES = (*_RESTORES, *needs("create: pods/eviction", "delete: pods"))
"""Of which the server makes a dry run."""


def _rolls(tool: str) -> ToolNeeds:
    """A tool that changes a pod template and is watched until the new pods are ready."""
    return ToolNeeds(
        tool,
        always=needs("list: pods"),
        either=_PATCHES,
        more=(*_ONE_WORKLOAD, *_ONE_LOOK.more, *_WARNINGS),
        not_granted=(*_SECRETS, *_AS_A_POD, *_OWNER),
        writer=True,
        changes=True,
    )


def _as(tool: str, like: ToolNeeds, more: Needs = (), not_granted: Needs = ()) -> ToolNeeds:
    without = (*like.not_granted, *not_granted)
    return ToolNeeds(tool, like.always, like.either, (*like.more, *more), like.where_served, without)


TOOLS: tuple[ToolNeeds, ...] = (
    _as("check_health", _A_LOOK, _HYGIENE),
    _as("assess_incident", _A_LOOK, _OWNERS, _PROXY),
    ToolNeeds(
        "what_changed",
        either=needs(f"list: {_WORKLOADS} {_EDITED}"),
        more=(*_A_LOOK.either, *_A_LOOK.more),
        where_served=_A_LOOK.where_served,
        not_granted=(*_SECRETS, *_PROXY, *needs(f"list: secrets {_SYNCS} {_FLAGS}")),
    ),
    ToolNeeds(
        "resource_usage",
        always=needs("list: pods.metrics.k8s.io"),
        more=needs("list: nodes nodes.metrics.k8s.io namespaces", "get: namespaces pods"),
    ),
    ToolNeeds(
        "diagnose_workload",
        always=_ONE_LOOK.always,
        either=_ONE_LOOK.either,
        more=(*_AROUND_ONE, *_OWNERS, *needs("list: pods.metrics.k8s.io")),
        where_served=_GATEWAYS,
        not_granted=(*_SECRETS, *_PROXY),
    ),
    ToolNeeds("read_object", either=needs(f"get list: {_READABLE}"), not_granted=needs("get list: secrets")),
    ToolNeeds(
        "rollout_history",
        always=needs("list: replicasets.apps"),
        either=_ONE_WORKLOAD,
        more=(*_HISTORY, *_NEAR_MISSES),
    ),
    ToolNeeds(
        "analyze_logs",
        always=needs("list: replicasets.apps pods", "get: pods/log"),
        either=_ONE_WORKLOAD,
        more=(*_HISTORY, *_NEAR_MISSES, *needs("get: pods")),
    ),
    ToolNeeds(
        "follow_logs",
        always=needs("list: replicasets.apps pods", "get: pods/log"),
        either=_ONE_WORKLOAD,
        more=(*_HISTORY, *_NEAR_MISSES, *needs("get: pods")),
    ),
    # Of the record, and for those who read code of the workload that fails and its logs.
    ToolNeeds("hand_off", more=(*_ONE_WORKLOAD, *_HISTORY, *_NEAR_MISSES, *needs("get: pods pods/log"))),
    _as("verify_fix", _ONE_LOOK, not_granted=_PROXY),
    ToolNeeds(
        "preview_change",
        always=needs("list: replicasets.apps"),
        either=_ONE_WORKLOAD,
        more=(
            *needs(f"get: {_SCALES} nodes pods jobs.batch cronjobs.batch"),
            *_HISTORY,
            *_NEAR_MISSES,
            *_WARNINGS,
            *_EVIDENCE,
            *_BEHIND,
        ),
        where_served=(*_OF_MESHES, *needs(f"get: {_FLAG_OBJECTS}")),
        # The server's dry runs; without them the difference is computed here.
        not_granted=(*_CHANGES, *_RESTORES_WHERE_SERVED, *_AS_A_POD, *_OWNER, *_SECRETS),
    ),
    ToolNeeds(
        "rollback_workload",
        always=needs("list: replicasets.apps pods"),
        either=_PATCHES,
        more=(*_ONE_WORKLOAD, *_ONE_LOOK.more, *_WARNINGS, *needs("delete: pods")),
        where_served=_GATEWAYS,
        not_granted=(*_SECRETS, *_AS_A_POD, *_OWNER),
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "scale_workload",
        always=needs("list: pods"),
        either=_RESIZES,
        more=(*needs(f"get: deployments.apps statefulsets.apps {_SCALES}"), *_ONE_LOOK.more, *_WARNINGS),
        where_served=_GATEWAYS,
        not_granted=(*_SECRETS, *_AS_A_POD, *_OWNER),
        writer=True,
        changes=True,
    ),
    _rolls("restart_workload"),
    ToolNeeds(
        "pause_rollout",
        always=needs("get patch: deployments.apps"),
        more=(*_ONE_LOOK.more, *needs("list: pods")),
        not_granted=(*_SECRETS, *_OWNER),
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "redirect_traffic",
        either=needs(f"patch: {_LEADING}"),
        more=_BEHIND,
        where_served=(*needs(f"patch: {_MESHES}"), *_OF_MESHES),
        not_granted=_OWNER,
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "set_feature_flag",
        either=needs("patch: configmaps"),
        more=needs("get: configmaps", "list: pods events"),
        where_served=needs(f"get patch: {_FLAG_OBJECTS}"),
        not_granted=_OWNER,
        writer=True,
        changes=True,
    ),
    _rolls("set_resources"),
    ToolNeeds(
        "cordon_node",
        always=needs("get patch: nodes", "list: pods"),
        more=(*needs("create: pods/eviction"), *_EVIDENCE),
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "evict_pod",
        always=needs("get: pods", "create: pods/eviction"),
        more=(*_ONE_WORKLOAD, *_EVIDENCE, *_ONE_LOOK.more),
        where_served=_GATEWAYS,
        not_granted=_SECRETS,
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "suspend_job",
        either=needs("patch: cronjobs.batch jobs.batch"),
        more=needs("get: cronjobs.batch jobs.batch", "list: events"),
        not_granted=_OWNER,
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "run_diagnostic",
        always=needs("get: pods", "create get: pods/exec"),
        more=needs("get: pods/log", "list: events"),
        writer=True,
        changes=True,
    ),
    ToolNeeds(
        "undo_action",
        either=_RESTORES,
        more=(
            *needs(f"get: {_SCALES} nodes cronjobs.batch jobs.batch configmaps {_LEADING}"),
            *_ONE_WORKLOAD,
            *_ONE_LOOK.more,
            *_WARNINGS,
        ),
        where_served=(*_RESTORES_WHERE_SERVED, *needs(f"get: {_MESHES} {_FLAG_OBJECTS}")),
        not_granted=(*_SECRETS, *_AS_A_POD, *_OWNER),
        writer=True,
        changes=True,
    ),
)


def reader_role() -> frozenset[Need]:
    """The least that all reading tools need."""
    return frozenset(need for tool in TOOLS if not tool.writer for need in _granted(tool))


def writer_role() -> frozenset[Need]:
    """What changes need on top of the reader role."""
    return frozenset(need for tool in TOOLS if tool.writer for need in _granted(tool)) - reader_role()


def _granted(tool: ToolNeeds) -> Needs:
    return (*tool.always, *tool.either, *tool.more, *tool.where_served)


def _missed(tool: ToolNeeds) -> Needs:
    """What it can't do all of its work without."""
    return (*tool.always, *tool.either, *tool.more)


@dataclass(frozen=True, slots=True)
class ToolAccess:
    """What one tool can do with the rights that there are."""

    tool: str
    state: State
    lacks: Needs = ()
    everywhere: bool = True
    """False: some of it in the one namespace only that was asked about."""
    writer: bool = False
    changes: bool = False


async def permissions(api: Api, *, namespace: str | None, only: bool = False) -> tuple[ToolAccess, ...]:
    """What each tool can do: everywhere, else in `namespace`; with `only`, in that namespace alone.

    Raises `ClusterError` when the cluster can't be asked.
    """
    wanted = {need for tool in TOOLS for need in tool.all}
    reach = await review(api, wanted, namespace=namespace, only=only)
    return tuple(judged(tool, reach) for tool in TOOLS)


def judged(tool: ToolNeeds, reach: Mapping[Need, Reach]) -> ToolAccess:
    """A tool's state, and what it lacks: all of it where it works in part, what stops it where it does not work."""
    there = {need for need in _missed(tool) if reach[need] != "nowhere"}
    useless = bool(tool.either) and there.isdisjoint(tool.either)
    stopping = (*(need for need in tool.always if need not in there), *(tool.either if useless else ()))
    lacks = stopping or tuple(need for need in dict.fromkeys(_missed(tool)) if need not in there)
    return ToolAccess(
        tool.tool,
        "does not work" if stopping else "works in part" if lacks else "works",
        lacks=lacks,
        everywhere=all(reach[need] == "everywhere" for need in there),
        writer=tool.writer,
        changes=tool.changes,
    )
