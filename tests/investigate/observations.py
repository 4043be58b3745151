"""Observations made by hand: broken objects beside a healthy neighbour, at 02:14 of a November night."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from incident_mcp.vocabulary.certificate_seen import CertificateSeen, IssuedSeen, IssuerSeen
from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.control_seen import ApiServiceSeen, NamespaceSeen, QuotaSeen, WebhookSeen
from incident_mcp.vocabulary.gateway_seen import (
    GatewayClassSeen,
    GatewayRouteSeen,
    GatewaySeen,
    ListenerSeen,
    ParentSeen,
)
from incident_mcp.vocabulary.jobs_seen import CronJobSeen, JobSeen
from incident_mcp.vocabulary.network_seen import (
    IngressClassSeen,
    IngressSeen,
    NameBlockSeen,
    OutlineSeen,
    PortSeen,
    TlsSeen,
)
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.observation import (
    ConfigSeen,
    ContainerSeen,
    EventSeen,
    LogSeen,
    NodeSeen,
    Observation,
    PodGroup,
    PodSeen,
    RevisionSeen,
    RouteSeen,
    ServiceSeen,
    Totals,
    WorkloadSeen,
)
from incident_mcp.vocabulary.policies_seen import PolicySeen, RuleSeen, SelectorSeen
from incident_mcp.vocabulary.refs import Cluster, Ref, Scope
from incident_mcp.vocabulary.report_seen import LeavingSeen, ReportSeen
from incident_mcp.vocabulary.scaling_seen import AutoscalerSeen, BudgetSeen
from incident_mcp.vocabulary.storage_seen import ClaimSeen, StorageClassSeen
from incident_mcp.vocabulary.untrusted import Untrusted

NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)
CLUSTER = Cluster(name="sandbox", server="https://127.0.0.1:41873")


def at(text: str) -> datetime:
    """`02:11:40` of that night."""
    return datetime.fromisoformat(f"2026-11-24T{text}+00:00")


def deployment(name: str, namespace: str = "shop") -> Ref:
    return Ref(kind="Deployment", namespace=namespace, name=name)


def service_ref(name: str, namespace: str = "shop") -> Ref:
    return Ref(kind="Service", namespace=namespace, name=name)


def ref(kind: str, name: str, namespace: str | None = "shop") -> Ref:
    return Ref(kind=kind, namespace=namespace, name=name)


def workload(name: str, ready: int, desired: int, **fields: Any) -> WorkloadSeen:
    spec: dict[str, Any] = fields.pop("spec", {})
    container: dict[str, Any] = {"name": "app", "image": f"registry.example/shop/{name}:1.42"}
    container |= fields.pop("container", {})
    return WorkloadSeen(
        ref=fields.pop("ref", deployment(name)),
        uid=f"uid-{name}",
        desired=desired,
        ready=ready,
        updated=fields.pop("updated", desired),
        created=NOW - timedelta(days=31),
        selector={"app": name},
        template={"metadata": {"labels": {"app": name}}, "spec": {**spec, "containers": [container]}},
        **fields,
    )


def revision(number: int, created: datetime, image: str, *, current: bool = False, ready: int = 0) -> RevisionSeen:
    template = {"spec": {"containers": [{"name": "app", "image": image}]}}
    return RevisionSeen(
        number=number,
        controller=f"rs-{number}",
        uid=f"uid-rs-{number}",
        created=created,
        images=(image,),
        template=template,
        ready=ready,
        current=current,
    )


def pod(app: str | None, name: str, container: ContainerSeen | None = None, **fields: Any) -> PodSeen:
    return PodSeen(
        ref=Ref(kind="Pod", namespace="shop", name=name),
        uid=f"uid-{name}",
        phase=fields.pop("phase", "Running"),
        ready=fields.pop("ready", False),
        node=fields.pop("node", "node-1"),
        created=fields.pop("created", at("02:11:31")),
        owner=fields.pop("owner", deployment(app) if app else None),
        labels={"app": app} if app else {},
        containers=(container,) if container else (),
        **fields,
    )


def container(**fields: Any) -> ContainerSeen:
    return ContainerSeen(name=fields.pop("name", "app"), image=fields.pop("image", "registry.example/x:1"), **fields)


def waiting(reason: str, message: str = "", **fields: Any) -> ContainerSeen:
    return container(state="waiting", reason=reason, message=Untrusted(message), **fields)


def crashing(**fields: Any) -> ContainerSeen:
    """In CrashLoopBackOff after four restarts, the last end ten seconds ago."""
    usual: dict[str, Any] = {
        "restarts": 4,
        "last_reason": "Error",
        "last_exit_code": 1,
        "last_finished": NOW - timedelta(seconds=10),
    }
    return waiting("CrashLoopBackOff", **{**usual, **fields})


def event(
    about: PodSeen | WorkloadSeen | ClaimSeen | CronJobSeen | JobSeen,
    reason: str,
    message: str = "",
    first: str = "02:11:40",
    **fields: Any,
) -> EventSeen:
    return EventSeen(
        about=about.ref,
        uid=about.uid,
        warning=fields.pop("warning", True),
        reason=reason,
        message=Untrusted(message),
        first=at(first),
        last=NOW,
        **fields,
    )


def log(about: PodSeen, *lines: str, previous: bool = True, start: str = "02:13:50") -> LogSeen:
    times = [at(start) + timedelta(milliseconds=number) for number in range(len(lines))]
    said = tuple((time, Untrusted(line)) for time, line in zip(times, lines, strict=True))
    return LogSeen(pod=about.ref, container="app", previous=previous, lines=said)


def service(name: str, ready: int, not_ready: int = 0, **fields: Any) -> ServiceSeen:
    selector = fields.pop("selector", {"app": name})
    return ServiceSeen(ref=service_ref(name), selector=selector, ready=ready, not_ready=not_ready, **fields)


def route(name: str, path: str | None = None, **fields: Any) -> RouteSeen:
    ingress = fields.pop("ingress", ref("Ingress", "shop"))
    return RouteSeen(
        ingress=ingress, host="shop.example.com", path=path or f"/{name}", service=service_ref(name), **fields
    )


def port(number: int, target: str, name: str = "") -> PortSeen:
    return PortSeen(number=number, name=name, target=target)


def outline(name: str, *ports: int, desired: int = 2, **labels: str) -> OutlineSeen:
    return OutlineSeen(
        ref=deployment(name),
        labels=labels or {"app": name},
        ports=tuple(("http", number) for number in ports),
        desired=desired,
    )


def told(kind: str, status: str, reason: str = "", message: str = "", since: str = "02:05:00") -> ConditionSeen:
    return ConditionSeen(type=kind, status=status, reason=reason, message=Untrusted(message), since=at(since))


def node(name: str, *conditions: str, ready: bool = False, **fields: Any) -> NodeSeen:
    return NodeSeen(name=name, uid=f"uid-{name}", ready=ready, conditions=conditions, **fields)


def config(name: str, *keys: str, **fields: Any) -> ConfigSeen:
    return ConfigSeen(ref=Ref(kind="ConfigMap", namespace="shop", name=name), keys=keys, **fields)


def group(owner: str, status: str, count: int) -> PodGroup:
    return PodGroup(namespace="shop", controller=f"{owner}-7c9f8", owner=deployment(owner), status=status, count=count)


def certificate(name: str, *names: str, **fields: Any) -> CertificateSeen:
    """Of a Secret; for a year, since a month ago."""
    usual: dict[str, Any] = {"begins": NOW - timedelta(days=30), "ends": NOW + timedelta(days=335)}
    return CertificateSeen(ref=ref("Secret", name), names=names, **{**usual, **fields})


def listener(name: str = "https", hostname: str = "", **fields: Any) -> ListenerSeen:
    protocol = fields.pop("protocol", "HTTPS")
    return ListenerSeen(
        name=name, hostname=hostname, port=443, protocol=protocol, admits=fields.pop("admits", "All"), **fields
    )


def gateway(name: str, *listeners: ListenerSeen, **fields: Any) -> GatewaySeen:
    fields.setdefault("conditions", (told("Accepted", "True"), told("Programmed", "True")))
    return GatewaySeen(
        ref=ref("Gateway", name, "infra"), class_name=fields.pop("class_name", "envoy"), listeners=listeners, **fields
    )


def gateway_route(name: str, *parents: ParentSeen, **fields: Any) -> GatewayRouteSeen:
    return GatewayRouteSeen(
        ref=ref(fields.pop("kind", "HTTPRoute"), name),
        hosts=fields.pop("hosts", (f"{name}.example.com",)),
        parents=parents or (parent("public"),),
    )


def parent(name: str, section: str = "", **fields: Any) -> ParentSeen:
    return ParentSeen(
        gateway=ref("Gateway", name, "infra"), section=section, exists=fields.pop("exists", True), **fields
    )


def healthy_neighbour() -> tuple[Any, ...]:
    """`web`: two of two ready, one old restart, reached by an Ingress, with a claim, an autoscaler and the rest."""
    running = container(
        state="running", ready=True, restarts=1, last_reason="OOMKilled", last_finished=NOW - timedelta(days=2)
    )
    return (
        workload("web", 2, 2),
        pod("web", "web-5d77-aaaaa", running, ready=True),
        service("web", 2, ports=(port(80, "http", "http"),)),
        route("web", "/", port="http", ingress=ref("Ingress", "web")),
        outline("web", 8080),
        IngressSeen(
            ref=ref("Ingress", "web"),
            class_name="nginx",
            secrets=(ref("Secret", "web-tls"),),
            tls=(TlsSeen(secret=ref("Secret", "web-tls"), hosts=("shop.example.com", "www.example.com")),),
        ),
        certificate("web-tls", "*.example.com", ends=NOW + timedelta(days=31)),
        IssuedSeen(
            ref=ref("Certificate", "web"),
            secret=ref("Secret", "web-tls"),
            issuer=ref("ClusterIssuer", "acme", None),
            conditions=(told("Ready", "True"),),
            renewal=NOW + timedelta(days=1),
        ),
        GatewayClassSeen(name="envoy", conditions=(told("Accepted", "True"),)),
        gateway("web", listener(hostname="*.example.com", attached=1)),
        gateway_route("web", parent("web", conditions=(told("Accepted", "True"), told("ResolvedRefs", "True")))),
        RouteSeen(
            ingress=ref("HTTPRoute", "web"),
            host="web.example.com",
            path="/",
            service=service_ref("web"),
            port="80",
            service_ports=(80,),
        ),
        IngressClassSeen(name="nginx"),
        ConfigSeen(ref=ref("Secret", "web-tls"), keys=None),
        StorageClassSeen(name="standard", default=True),
        ClaimSeen(ref=ref("PersistentVolumeClaim", "web-cache"), uid="uid-web-cache", phase="Pending", created=NOW),
        CronJobSeen(
            ref=ref("CronJob", "web-report"), created=at("00:00:00"), schedule="0 * * * *", scheduled=at("02:00:00")
        ),
        AutoscalerSeen(
            ref=ref("HorizontalPodAutoscaler", "web"),
            target=deployment("web"),
            most=2,
            current=2,
            conditions=(told("AbleToScale", "True"), told("ScalingActive", "True"), told("ScalingLimited", "False")),
        ),
        PolicySeen(
            ref=ref("NetworkPolicy", "web"),
            selector=SelectorSeen(labels={"app": "web"}),
            egress=True,
            lets_out=(RuleSeen(),),
        ),
    )


def observation(
    *things: Any, scope: Scope | None = None, total: int = 9, siblings: Iterable[PodSeen] = ()
) -> Observation:
    """These things, with the healthy neighbour among them."""
    everything = [*things, *healthy_neighbour()]

    def of(kind: type[Any]) -> tuple[Any, ...]:
        return tuple(thing for thing in everything if isinstance(thing, kind))

    workloads: tuple[WorkloadSeen, ...] = of(WorkloadSeen)
    unwell = sum(not each.well for each in workloads)
    return Observation(
        cluster=CLUSTER,
        scope=scope or Scope(),
        at=NOW,
        took=timedelta(seconds=0.2),
        totals=Totals(workloads=total, pods=20, nodes=3, unwell_workloads=unwell),
        workloads=workloads,
        pods=of(PodSeen),
        groups=of(PodGroup),
        nodes=of(NodeSeen),
        events=of(EventSeen),
        services=of(ServiceSeen),
        routes=of(RouteSeen),
        outlines=of(OutlineSeen),
        ingresses=of(IngressSeen),
        ingress_classes=of(IngressClassSeen),
        gateways=of(GatewaySeen),
        gateway_classes=of(GatewayClassSeen),
        gateway_routes=of(GatewayRouteSeen),
        certificates=of(CertificateSeen),
        issued=of(IssuedSeen),
        issuers=of(IssuerSeen),
        name_blocks=of(NameBlockSeen),
        policies=of(PolicySeen),
        jobs=of(JobSeen),
        cron_jobs=of(CronJobSeen),
        autoscalers=of(AutoscalerSeen),
        budgets=of(BudgetSeen),
        claims=of(ClaimSeen),
        storage_classes=of(StorageClassSeen),
        quotas=of(QuotaSeen),
        webhooks=of(WebhookSeen),
        api_services=of(ApiServiceSeen),
        namespaces=of(NamespaceSeen),
        looked_at=("pods", "workloads", "services", "ingresses"),
        configs=of(ConfigSeen),
        reports=of(ReportSeen),
        leaving=of(LeavingSeen),
        logs=of(LogSeen),
        siblings=tuple(siblings),
        node_traits=of(NodeTraits),
    )


TRACEBACK = (
    "ERROR startup failed",
    "Traceback (most recent call last):",
    '  File "/app/settings.py", line 58, in load_settings',
    '    payment=PaymentClient(environ["PAYMENT_URL"]),',
    '  File "<frozen os>", line 685, in __getitem__',
    "KeyError: 'PAYMENT_URL'",
)


def bad_rollout(**fields: Any) -> Observation:
    """The incident of the first picture, with three pods read in full."""
    pods = [
        pod("checkout", f"checkout-7c9f8-{end}", crashing(), revision="rs-7") for end in ("x2k4p", "9lq2w", "b7t5z")
    ]
    checkout = workload(
        "checkout",
        0,
        3,
        container={"envFrom": [{"configMapRef": {"name": "checkout-config"}}]},
        rolled_out=at("02:11:31"),
        rolled_out_by="deploy-bot",
        max_unavailable="100%",
        revisions=(
            revision(7, at("02:11:31"), "registry.example/shop/checkout:1.42", current=True),
            revision(6, at("02:11:31") - timedelta(hours=41), "registry.example/shop/checkout:1.41"),
        ),
        **fields,
    )
    return observation(
        checkout,
        *pods,
        group("checkout", "CrashLoopBackOff", 3),
        *(event(each, "BackOff", "Back-off restarting failed container") for each in pods),
        *(log(each, *TRACEBACK) for each in pods),
        service("checkout", 0, 3),
        route("checkout"),
        config("checkout-config", "CART_URL", "LOG_LEVEL"),
    )
