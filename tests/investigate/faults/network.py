"""The way from a user to the pods, where every pod is well."""

from datetime import timedelta
from typing import Any

from incident_mcp.vocabulary.network_seen import BalancerSeen, IngressSeen, LocalSeen, NameBlockSeen, OutlineSeen
from incident_mcp.vocabulary.observation import EventSeen, LogSeen, PodSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted
from tests.investigate.faults.fault import Fault, api
from tests.investigate.observations import (
    NOW,
    at,
    config,
    container,
    crashing,
    event,
    log,
    node,
    observation,
    outline,
    pod,
    port,
    ref,
    route,
    service,
    service_ref,
    waiting,
    workload,
)

SHOP = ref("Ingress", "shop")
COREDNS = Ref(kind="Deployment", namespace="kube-system", name="coredns")
CNI = Ref(kind="DaemonSet", namespace="kube-system", name="calico-node")
UNRESOLVED = "dial tcp: lookup api.stripe.com on 10.96.0.10:53: server misbehaving"
NAMELESS = "socket.gaierror: [Errno -3] Temporary failure in name resolution"
TIMEOUT = 'connection to server at "cart" (10.96.4.2), port 5432 failed: Connection timed out'
HTTP = port(80, "http", "http")


def ingress(**fields: Any) -> IngressSeen:
    return IngressSeen(ref=SHOP, class_name=fields.pop("class_name", "nginx"), **fields)


KUBE_DNS = {"k8s-app": "kube-dns"}


def dns_service(ready: int = 0) -> ServiceSeen:
    return ServiceSeen(
        ref=Ref(kind="Service", namespace="kube-system", name="kube-dns"), selector=KUBE_DNS, ready=ready
    )


def dns_pod() -> PodSeen:
    well = pod(None, "coredns-1", container(state="running", ready=True), ready=True)
    here = Ref(kind="Pod", namespace="kube-system", name="coredns-1")
    return well.model_copy(update={"ref": here, "owner": COREDNS, "labels": KUBE_DNS})


def dns_log(*lines: str) -> LogSeen:
    return log(dns_pod(), *lines, previous=False)


def balanced(name: str, minutes: int = 1, *, placed: bool = False, errors: tuple[str, ...] = ()) -> ServiceSeen:
    """Of type LoadBalancer, made so long ago."""
    asked = NOW - timedelta(minutes=minutes)
    balancer = BalancerSeen(placed=placed, asked=asked, errors=errors)
    return service(name, 2, uid=f"uid-{name}", external=True, balancer=balancer)


def about_service(reason: str, message: str) -> EventSeen:
    told = event(api(), reason, message)
    return told.model_copy(update={"about": service_ref("api"), "source": "service-controller"})


def unresolving() -> PodSeen:
    return pod("api", "api-1", crashing())


def without_network() -> PodSeen:
    return pod("api", "api-1", waiting("ContainerCreating"), phase="Pending", node="node-2", created=at("02:00:00"))


FAULTS = [
    Fault(
        observation(service("api", 0, selector={"app": "apii"}), route("api")),
        "selects-nothing",
        service_ref("api"),
        "no pod has the labels that it selects: app=apii",
    ),
    Fault(
        observation(
            service("api", 0, selector={"app": "api", "version": "v1"}),
            outline("api", 8080, app="api", version="v2"),
            route("api"),
        ),
        "selects-nothing",
        service_ref("api"),
        "no pod has the labels that it selects: app=api,version=v1; Deployment shop/api has version=v2",
    ),
    Fault(
        observation(service("api", 0, selector={"app": "apii"}), outline("api", 8080)),
        "selects-nothing",
        service_ref("api"),
        "no pod has the labels that it selects: app=apii; Deployment shop/api has app=api",
        "warning",
    ),
    Fault(
        observation(service("api", 2, ports=(port(80, "8081"),)), outline("api", 8080)),
        "target-port",
        service_ref("api"),
        "its port 80 leads to port 8081, and Deployment shop/api declares 8080",
        "warning",
    ),
    Fault(
        observation(service("api", 2, ports=(port(80, "web"),)), outline("api", 8080), route("api", port="80")),
        "target-port",
        service_ref("api"),
        "its port 80 leads to name web, and Deployment shop/api declares 8080",
    ),
    Fault(
        observation(
            service("api", 2, selector={"tier": "web"}, ports=(port(80, "8080"),)),
            outline("api", 8080, tier="web"),
            outline("worker", 7000, tier="web"),
        ),
        "mixed-endpoints",
        service_ref("api"),
        "tier=web selects Deployment shop/api and Deployment shop/worker, which has no port 8080: "
        "a part of all requests is refused",
        "warning",
    ),
    Fault(
        observation(
            service("api", 2, selector={"tier": "web"}, ports=(port(80, "8080"),)),
            outline("api", 8080, tier="web", app="api"),
            outline("api-canary", 8080, tier="web", app="api-canary"),
            outline("shop", 8080, tier="web", app="shop"),
        ),
        "mixed-endpoints",
        service_ref("api"),
        "tier=web selects Deployment shop/api and Deployment shop/shop, which is another program on the same port: "
        "it answers a part of all requests",
        "warning",
    ),
    Fault(
        observation(
            balanced("api", minutes=3),
            about_service("SyncLoadBalancerFailed", "Error syncing load balancer: quota 'IN_USE_ADDRESSES' exceeded"),
            balanced("shop", placed=True),
        ),
        "load-balancer-pending",
        service_ref("api"),
        "its load balancer is not made (SyncLoadBalancerFailed): nobody outside reaches it",
    ),
    Fault(
        observation(balanced("api", minutes=14), balanced("shop", placed=True)),
        "load-balancer-pending",
        service_ref("api"),
        "it has no load balancer; it was made at 02:00:03 UTC, and no event says why",
        "warning",
    ),
    Fault(
        observation(balanced("api", minutes=14), balanced("shop", minutes=1)),
        "load-balancer-pending",
        service_ref("api"),
        "it has no load balancer; it was made at 02:00:03 UTC, and no event says why",
        "notice",
    ),
    Fault(
        observation(
            balanced("api", minutes=600, placed=True),
            about_service("UpdateLoadBalancerFailed", "Error updating load balancer with new hosts [node-4]: denied"),
            balanced("shop", placed=True),
        ),
        "load-balancer-failing",
        service_ref("api"),
        "its load balancer can't be brought up to date (UpdateLoadBalancerFailed)",
        "warning",
    ),
    Fault(
        observation(balanced("api", minutes=600, placed=True, errors=("PortsConflict",))),
        "load-balancer-failing",
        service_ref("api"),
        "its load balancer can't be brought up to date (PortsConflict)",
        "warning",
    ),
    Fault(
        observation(
            api(),
            unresolving(),
            service("cart", 1, local=LocalSeen(field="internalTrafficPolicy", nodes=("node-2",))),
            log(unresolving(), TIMEOUT),
        ),
        "no-local-endpoint",
        service_ref("cart"),
        "it answers only on node-2, and Deployment shop/api asks it from node-1",
    ),
    Fault(
        observation(
            outline("cart", 8080),
            service("cart", 1, local=LocalSeen(field="externalTrafficPolicy", nodes=("node-2",))),
            outline("agent", 8080).model_copy(update={"ref": ref("DaemonSet", "agent")}),
            service("agent", 1, local=LocalSeen(field="internalTrafficPolicy", nodes=("node-2",))),
        ),
        "no-local-endpoint",
        service_ref("cart"),
        "it answers only on node-2: who asks it on the 2 other nodes gets no answer",
        "notice",
    ),
    Fault(
        observation(
            api(),
            unresolving(),
            service("cart", 1, local=LocalSeen(field="internalTrafficPolicy", nodes=("node-1", "node-2", "node-3"))),
            log(unresolving(), TIMEOUT),
        ),
        "deadline-exceeded",
        ref("Deployment", "api"),
        "it waits in vain for an answer of cart",
    ),
    Fault(
        observation(
            route("cart", declared=service_ref("api"), edited=at("02:05:00"), edited_by="kubectl-edit"),
            service("cart", 2),
        ),
        "route-redirected",
        SHOP,
        "shop.example.com/cart leads to Service shop/cart, its manifest says Service shop/api",
        "warning",
    ),
    Fault(
        observation(
            route("cart", declared=service_ref("api"), edited=at("02:05:00") - timedelta(days=9)), service("cart", 2)
        ),
        "route-redirected",
        SHOP,
        "shop.example.com/cart leads to Service shop/cart, its manifest says Service shop/api",
        "notice",
    ),
    Fault(
        observation(route("gone", service_missing=True)),
        "backend-missing",
        SHOP,
        "shop.example.com/gone answers 503: Service shop/gone does not exist",
    ),
    Fault(
        observation(service("api", 2, ports=(HTTP,)), outline("api", 8080), route("api", port="8080")),
        "backend-port-missing",
        SHOP,
        "shop.example.com/api answers 503: Service shop/api has no port 8080, it has 80 (http)",
    ),
    Fault(
        observation(ingress(class_name="ngnix")),
        "ingress-class-missing",
        SHOP,
        "its class ngnix does not exist, so nobody serves it; there is nginx",
    ),
    Fault(
        observation(
            ingress(secrets=(ref("Secret", "shop-tls"),)),
            config("x").model_copy(update={"ref": ref("Secret", "shop-tls"), "exists": False, "keys": None}),
        ),
        "certificate-missing",
        SHOP,
        "Secret shop/shop-tls, its certificate, does not exist: browsers refuse what is shown instead",
        "warning",
    ),
    Fault(
        observation(
            service("kube-dns", 0, 2, selector={"k8s-app": "kube-dns"}),
            api(),
            pod("api", "api-1", crashing()).model_copy(update={"labels": {"k8s-app": "kube-dns"}}),
        ),
        "crash-loop",
        ref("Deployment", "api"),
        "1 pod in CrashLoopBackOff: container app ends with exit code 1",
    ),
    Fault(
        observation(
            api(),
            dns_pod(),
            unresolving(),
            log(unresolving(), UNRESOLVED),
            dns_log(
                *["[ERROR] plugin/errors: 2 api.stripe.com. A: read udp 10.2.0.5:40532->10.0.0.2:53: i/o timeout"] * 3
            ),
        ),
        "dns-failing",
        COREDNS,
        "the cluster's DNS fails, names from outside the cluster do not resolve: "
        "the server that it forwards to does not answer (3 lines)",
        "warning",
    ),
    Fault(
        observation(
            api(),
            dns_pod(),
            unresolving(),
            log(unresolving(), UNRESOLVED),
            dns_log('[FATAL] plugin/loop: Loop (127.0.0.1:55953 -> :53) detected for zone ".", see https://x'),
        ),
        "dns-failing",
        COREDNS,
        "the cluster's DNS fails, no name resolves: it forwards to itself (a loop) (1 line)",
    ),
    Fault(
        observation(
            api(),
            unresolving(),
            log(unresolving(), NAMELESS),
            dns_service(),
            OutlineSeen(ref=COREDNS, labels=KUBE_DNS, desired=0),
        ),
        "scaled-to-zero",
        COREDNS,
        "it is scaled to 0, and Service kube-system/kube-dns has nobody else",
    ),
    Fault(
        observation(
            workload("calico-node", 2, 3, ref=CNI),
            pod(None, "calico-node-x", None, node="node-2").model_copy(update={"owner": CNI}),
            node(
                "node-2",
                "Ready=False",
                message=Untrusted("container runtime network not ready: cni plugin not initialized"),
            ),
        ),
        "network-agent-down",
        CNI,
        "only ready on 2 of 3 nodes: not on node-2",
        "warning",
    ),
    Fault(
        observation(
            workload("calico-node", 2, 3, ref=CNI),
            pod(None, "calico-node-x", None, node="node-2").model_copy(update={"owner": CNI}),
            node("node-2", "Ready=Unknown"),
        ),
        "node-not-ready",
        Ref(kind="Node", name="node-2"),
        "its kubelet is silent; 1 pod on it not well",
    ),
    Fault(
        observation(
            workload("calico-node", 2, 3, ref=CNI),
            pod(None, "calico-node-x", None, node="node-2").model_copy(update={"owner": CNI}),
            api(),
            without_network(),
            event(without_network(), "FailedCreatePodSandBox", "plugin type=calico failed: connection refused"),
        ),
        "network-agent-down",
        CNI,
        "only ready on 2 of 3 nodes: not on node-2",
        "warning",
    ),
    Fault(
        observation(
            api(),
            unresolving(),
            service("payments", 2),
            log(unresolving(), "dial tcp: lookup payments on 10.96.0.10:53: no such host"),
            NameBlockSeen(zones=("svc.cluster.local",)),
        ),
        "dns-denies",
        Ref(kind="ConfigMap", namespace="kube-system", name="coredns"),
        "a template of its Corefile answers NXDOMAIN for names in svc.cluster.local, payments among them",
    ),
]
