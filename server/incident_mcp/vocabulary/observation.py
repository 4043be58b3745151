"""What one look saw: a typed picture of a scope at one moment. Rules are pure functions over it.

What could not be read is a value in it (`NotChecked`), never an exception, so an answer can tell *healthy* from
*no data* and from *not checked: Forbidden*. Objects that are well are counted, not listed: the picture stays small
on a cluster of any size.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from incident_mcp.vocabulary.certificate_seen import CertificateSeen, IssuedSeen, IssuerSeen
from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.control_seen import ApiServiceSeen, NamespaceSeen, QuotaSeen, WebhookSeen
from incident_mcp.vocabulary.gateway_seen import GatewayClassSeen, GatewayRouteSeen, GatewaySeen
from incident_mcp.vocabulary.jobs_seen import CronJobSeen, JobSeen
from incident_mcp.vocabulary.metrics_seen import MetricsSeen
from incident_mcp.vocabulary.network_seen import (
    BalancerSeen,
    IngressClassSeen,
    IngressSeen,
    LocalSeen,
    NameBlockSeen,
    OutlineSeen,
    PortSeen,
)
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.places_seen import PlaceSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen
from incident_mcp.vocabulary.refs import Cluster, Ref, Scope
from incident_mcp.vocabulary.report_seen import LeavingSeen, ReportSeen
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen, BudgetSeen
from incident_mcp.vocabulary.storage_seen import ClaimSeen, StorageClassSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value


class NotChecked(Value):
    """Something that this look could not see, and why: `Forbidden`, `timed out`, `no metrics server` ..."""

    what: str
    why: str

    def __str__(self) -> str:
        return f"{self.what} ({self.why})"


class ContainerSeen(Value):
    """One container of a pod as its kubelet reports it."""

    name: str
    image: str
    init: bool = False
    ready: bool = False
    restarts: int = 0
    state: Literal["running", "waiting", "terminated", "unknown"] = "unknown"
    reason: str = ""
    message: Untrusted = Untrusted("")
    exit_code: int | None = None
    last_reason: str = ""
    last_message: Untrusted = Untrusted("")
    last_exit_code: int | None = None
    last_started: datetime | None = None
    last_finished: datetime | None = None
    started: datetime | None = None
    """When the instance that runs now began; None while none runs."""
    memory_limit: str | None = None
    image_id: str = ""
    """The digest that runs, `sha256:...`: one tag can stand for two of them."""


class PodSeen(Value):
    """One pod; `controller` is its replica set or other direct owner, `owner` the workload above that."""

    ref: Ref
    uid: str
    phase: str
    reason: str = ""
    ready: bool
    node: str | None = None
    ip: str | None = None
    created: datetime
    controller: str | None = None
    owner: Ref | None = None
    containers: tuple[ContainerSeen, ...] = ()
    message: Untrusted = Untrusted("")
    """Why its phase is what it is: the kubelet's words about an eviction, say."""
    scheduling: Untrusted = Untrusted("")
    """The scheduler's message while the pod can't be placed."""
    gated: bool = False
    """Nobody tries to place it before its scheduling gates are taken away."""
    labels: dict[str, str] = {}
    revision: str = ""
    """The pod-template-hash or controller-revision-hash: which revision made this pod."""
    ready_since: datetime | None = None
    """When the Ready condition last turned, in either direction."""
    deleting: bool = False
    deleted: datetime | None = None
    """When it should be gone by, its grace period included."""
    finalizers: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    """Names of the volume claims that it mounts."""
    placing: dict[str, Any] = {}
    """Of a pod without a node: its `nodeSelector`, `tolerations`, and the `terms` of its required node affinity."""


class PodGroup(Value):
    """Pods of one controller that the table shows alike. All are counted, only a few are read in full."""

    namespace: str
    controller: str
    """The pods' name without its last part: the replica set's, or the owner's own name."""
    owner: Ref | None = None
    status: str
    """The table's word: `CrashLoopBackOff`, `Pending`, `Running` (and not ready) ..."""
    count: int


class RevisionSeen(Value):
    """One revision of a workload: a ReplicaSet of a Deployment, a ControllerRevision of the other kinds."""

    number: int
    earlier_numbers: tuple[int, ...] = ()
    """Numbers it had before: each return to a revision renumbers it."""
    controller: str
    uid: str = ""
    created: datetime
    """When the object was made. A revision that was rolled back to keeps its old object, so this can be long ago."""
    images: tuple[str, ...]
    template: dict[str, Any]
    ready: int | None = None
    """Ready pods right now; None where the kind does not tell. At 0 it proves nothing about the past."""
    change_cause: Untrusted = Untrusted("")
    current: bool = False


class WorkloadSeen(Value):
    """One Deployment, StatefulSet or DaemonSet. The counts are the controller's own."""

    ref: Ref
    uid: str
    desired: int
    ready: int
    updated: int = 0
    available: int = 0
    paused: bool = False
    created: datetime
    selector: dict[str, str] = {}
    pods_query: str = ""
    """The whole selector, expressions included, as a query for its pods."""
    template: dict[str, Any] = {}
    revisions: tuple[RevisionSeen, ...] = ()
    """Newest first; empty when nobody looked."""
    max_unavailable: str | None = None
    rolled_out: datetime | None = None
    """When the present revision became the present one, as the managed fields or the newest replica set tell."""
    rolled_out_by: str | None = None
    """The field manager that last changed the pod template; the user behind it is in the audit log only."""
    conditions: tuple[ConditionSeen, ...] = ()
    generation_seen: bool = True
    """False while the controller has not yet looked at the newest spec: the counts are about the one before."""

    @property
    def well(self) -> bool:
        return self.ready >= self.desired and self.updated >= self.desired


class EventSeen(Value):
    """One event, matched to its object by uid. `last` is its real last time, whichever field carries it."""

    about: Ref
    uid: str
    warning: bool
    reason: str
    message: Untrusted
    count: int = 1
    first: datetime
    last: datetime
    source: str = ""
    container: str = ""
    """The container it is about, where it is about one."""
    by: Ref | None = None
    """The other object that took part: the pod for which this one had to go."""


class ServiceSeen(Value):
    """A Service with a selector, and how many ready addresses stand behind it."""

    ref: Ref
    selector: dict[str, str]
    ready: int
    not_ready: int = 0
    external: bool = False
    """Reached from outside by itself: LoadBalancer or NodePort."""
    ports: tuple[PortSeen, ...] = ()
    addresses: tuple[str, ...] = ()
    """Its own addresses in the cluster: programs log them in place of its name."""
    headless: bool = False
    """Clients get the pods' own addresses and ports."""
    uid: str = ""
    balancer: BalancerSeen | None = None
    local: LocalSeen | None = None


class RouteSeen(Value):
    """One path of an Ingress or of a Gateway's route: what the outside asks for, and the Service that answers."""

    ingress: Ref
    """The Ingress; or the HTTPRoute or its like."""
    host: str
    path: str
    service: Ref
    port: str = ""
    """Number or name of the Service's port; empty when it is not told."""
    service_missing: bool = False
    """The Service itself is not there (known only where services could be read)."""
    service_ports: tuple[int, ...] = ()
    """The Service's ports, where they were read beside the route; empty: not known."""
    declared: Ref | None = None
    """Another Service, which the manifest that was applied last names for this path: it was edited since."""
    edited: datetime | None = None
    edited_by: str = ""
    """When the object's rules were changed last, and by which field manager."""
    granted: bool = True
    """False: the Service lies in another namespace, where no ReferenceGrant lets this route name it."""

    @property
    def url(self) -> str:
        """`shop.example.com/checkout`: what the outside asks for."""
        return f"{self.host}{self.path}" if self.path != "/" else self.host


class NodeSeen(Value):
    """A node that is not well, or not schedulable."""

    name: str
    uid: str = ""
    ready: bool
    unschedulable: bool = False
    conditions: tuple[str, ...] = ()
    since: datetime | None = None
    """When the Ready condition last turned."""
    message: Untrusted = Untrusted("")
    """Why it is not ready, in its kubelet's words."""


class ConfigSeen(Value):
    """A ConfigMap or Secret that a workload takes its environment from. Names of keys only, never a value."""

    ref: Ref
    exists: bool = True
    keys: tuple[str, ...] | None = ()
    """None: not known, because a Secret is read as metadata only."""
    created: datetime | None = None
    changed: datetime | None = None
    changed_by: str | None = None


class LogSeen(Value):
    """The last lines of one container, read because it fails, or to hear one that does not."""

    pod: Ref
    container: str
    previous: bool
    quiet: bool = False
    """Its pod is ready: its lines prove nothing unless they say the same again and again, now."""
    owner: Ref | None = None
    """Whose pod it is, where the pod itself is not in the observation."""
    lines: tuple[tuple[datetime | None, Untrusted], ...] = ()


class Totals(Value):
    """How much was looked at."""

    workloads: int = 0
    pods: int = 0
    nodes: int = 0
    namespaces: int = 0
    unwell_workloads: int = 0
    unwell_pods: int = 0


class Observation(Value):
    """One look at one scope.

    `pods`, `nodes` and `workloads` hold what is not well; when the scope is a workload, all of it.
    """

    cluster: Cluster
    scope: Scope
    at: datetime
    took: timedelta = timedelta()
    totals: Totals = Field(default_factory=Totals)
    workloads: tuple[WorkloadSeen, ...] = ()
    pods: tuple[PodSeen, ...] = ()
    groups: tuple[PodGroup, ...] = ()
    """All pods that are not well, counted; `pods` holds a few of each group."""
    siblings: tuple[PodSeen, ...] = ()
    """All pods, well or not, of a few workloads of which only some pods fail; empty when nobody asked."""
    node_traits: tuple[NodeTraits, ...] = ()
    """Of the nodes under the siblings."""
    nodes: tuple[NodeSeen, ...] = ()
    places: tuple[PlaceSeen, ...] = ()
    """All nodes, well or not, when a pod waits for one; empty when nobody looked."""
    events: tuple[EventSeen, ...] = ()
    services: tuple[ServiceSeen, ...] = ()
    routes: tuple[RouteSeen, ...] = ()
    outlines: tuple[OutlineSeen, ...] = ()
    """Workloads, well or not, in the namespaces whose services were read."""
    ingresses: tuple[IngressSeen, ...] = ()
    ingress_classes: tuple[IngressClassSeen, ...] = ()
    gateways: tuple[GatewaySeen, ...] = ()
    gateway_classes: tuple[GatewayClassSeen, ...] | None = None
    """None when nobody could read them; then no class can be said to be missing."""
    gateway_routes: tuple[GatewayRouteSeen, ...] = ()
    certificates: tuple[CertificateSeen, ...] = ()
    issued: tuple[IssuedSeen, ...] = ()
    """Certificates of cert-manager that are not ready, or whose Secret a route names."""
    issuers: tuple[IssuerSeen, ...] = ()
    """Those that are not ready."""
    name_blocks: tuple[NameBlockSeen, ...] = ()
    """What the cluster's DNS is told to deny; read when a log says that a name does not resolve."""
    policies: tuple[PolicySeen, ...] = ()
    jobs: tuple[JobSeen, ...] = ()
    cron_jobs: tuple[CronJobSeen, ...] = ()
    autoscalers: tuple[AutoscalerSeen, ...] = ()
    budgets: tuple[BudgetSeen, ...] = ()
    claims: tuple[ClaimSeen, ...] = ()
    storage_classes: tuple[StorageClassSeen, ...] | None = None
    """None when nobody looked; then no class can be said to be missing."""
    quotas: tuple[QuotaSeen, ...] = ()
    webhooks: tuple[WebhookSeen, ...] = ()
    api_services: tuple[ApiServiceSeen, ...] = ()
    namespaces: tuple[NamespaceSeen, ...] = ()
    """Those that are being deleted."""
    reports: tuple[ReportSeen, ...] = ()
    leaving: tuple[LeavingSeen, ...] = ()
    """Of those that are read in full: Services, Ingresses and workloads."""
    configs: tuple[ConfigSeen, ...] = ()
    logs: tuple[LogSeen, ...] = ()
    metrics: MetricsSeen = Field(default_factory=MetricsSeen)
    looked_at: tuple[str, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def blind(self) -> bool:
        """Pods or workloads could not be read, be it in part: nobody can say that all is well."""
        missed = {each.what.partition(" in ")[0] for each in self.not_checked}
        return any(part in missed or part not in self.looked_at for part in ("pods", "workloads"))

    def pods_of(self, workload: Ref) -> tuple[PodSeen, ...]:
        return tuple(pod for pod in self.pods if pod.owner == workload)
