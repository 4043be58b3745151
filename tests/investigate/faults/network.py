"""The way from a user to the pods, where every pod is well."""

from typing import Any

from incident_mcp.vocabulary.network_seen import IngressSeen
from tests.investigate.faults.fault import Fault, api
from tests.investigate.observations import (
    config,
    crashing,
    observation,
    outline,
    pod,
    port,
    ref,
    route,
    service,
    service_ref,
)

SHOP = ref("Ingress", "shop")
HTTP = port(80, "http", "http")


def ingress(**fields: Any) -> IngressSeen:
    return IngressSeen(ref=SHOP, class_name=fields.pop("class_name", "nginx"), **fields)


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
]
