"""Faults of certificates and of the Gateway API as manifests, for a control plane that has their CRDs.

The CRDs are made as the real ones are called and scoped, with a schema that keeps every field: what the API server does
with them (lists, tables, status) is what it does with the real ones; the conditions that a controller would set are
written by the test.
"""

import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.investigate.certificate_files import certificate_and_key
from tests.investigate.planted.objects import CPU, PORTS, Json, deployment, ingress, service, thing

GATEWAY_API = "gateway.networking.k8s.io"
CERT_MANAGER = "cert-manager.io"
WELL = timedelta(days=300)


def crd(group: str, version: str, kind: str, plural: str, *, cluster: bool = False) -> Json:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    spec: Json = {
        "group": group,
        "scope": "Cluster" if cluster else "Namespaced",
        "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
        "versions": [
            {"name": version, "served": True, "storage": True, "schema": schema, "subresources": {"status": {}}}
        ],
    }
    crd = thing("CustomResourceDefinition", f"{plural}.{group}", "apiextensions.k8s.io/v1", spec=spec)
    if group == GATEWAY_API:  # the group of k8s.io is reserved: the API server wants to see that somebody has agreed
        crd["metadata"]["annotations"] = {
            "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api"
        }
    return crd


CRDS = (
    crd(GATEWAY_API, "v1", "GatewayClass", "gatewayclasses", cluster=True),
    crd(GATEWAY_API, "v1", "Gateway", "gateways"),
    crd(GATEWAY_API, "v1", "HTTPRoute", "httproutes"),
    crd(GATEWAY_API, "v1", "GRPCRoute", "grpcroutes"),
    crd(GATEWAY_API, "v1beta1", "ReferenceGrant", "referencegrants"),
    crd(CERT_MANAGER, "v1", "Certificate", "certificates"),
    crd(CERT_MANAGER, "v1", "CertificateRequest", "certificaterequests"),
    crd(CERT_MANAGER, "v1", "Issuer", "issuers"),
    crd(CERT_MANAGER, "v1", "ClusterIssuer", "clusterissuers", cluster=True),
)


@dataclass(frozen=True)
class RouteFault:
    """Objects beside the healthy neighbour, the one root to be found, and what hangs on it, in order."""

    objects: tuple[Json, ...]
    cause: str
    target: str
    breaks: tuple[str, ...] = ()
    beside: tuple[Json, ...] = field(default=())
    """Objects in a namespace of their own, which is called like this one with `-b` behind it."""


def tls_secret(name: str, *hosts: str, ends: timedelta = WELL, begins: timedelta = timedelta(days=-30)) -> Json:
    certificate, key = certificate_and_key(*hosts, begins=begins, ends=ends)
    data = {"tls.crt": certificate, "tls.key": key}
    coded = {name: base64.b64encode(text.encode()).decode() for name, text in data.items()}
    return thing("Secret", name, type="kubernetes.io/tls", data=coded)


def with_tls(route: Json, secret: str) -> Json:
    host = route["spec"]["rules"][0]["host"]
    return {**route, "spec": {**route["spec"], "tls": [{"hosts": [host], "secretName": secret}]}}


def gateway(name: str, *listeners: Json, class_name: str = "envoy", **conditions: str) -> Json:
    spec = {"gatewayClassName": class_name, "listeners": listeners or (listener(),)}
    conditions = conditions or {"Accepted": "True", "Programmed": "True"}
    return thing("Gateway", name, f"{GATEWAY_API}/v1", spec=spec, status={"conditions": told(**conditions)})


def told(**conditions: str) -> list[Json]:
    return [
        {
            "type": kind,
            "status": status,
            "reason": kind if status == "True" else "Invalid",
            "message": "",
            "lastTransitionTime": "2026-11-24T02:00:00Z",
        }
        for kind, status in conditions.items()
    ]


def listener(name: str = "https", **fields: Any) -> Json:
    return {"name": name, "port": 443, "protocol": "HTTPS", "allowedRoutes": {"namespaces": {"from": "All"}}, **fields}


def route(name: str, backend: str, port: int = 80, *, namespace: str = "", parent: Json | None = None) -> Json:
    behind: Json = {"name": backend, "port": port, **({"namespace": namespace} if namespace else {})}
    spec = {
        "hostnames": [f"{name}.example.com"],
        "parentRefs": [parent or {"name": "public"}],
        "rules": [{"backendRefs": [behind]}],
    }
    return thing("HTTPRoute", name, f"{GATEWAY_API}/v1", spec=spec)


def grant(namespace: str) -> Json:
    spec = {
        "from": [{"group": GATEWAY_API, "kind": "HTTPRoute", "namespace": namespace}],
        "to": [{"group": "", "kind": "Service"}],
    }
    return thing("ReferenceGrant", "routes", f"{GATEWAY_API}/v1beta1", spec=spec)


def issued(name: str, secret: str, **ready: str) -> Json:
    spec = {"secretName": secret, "issuerRef": {"name": "acme"}}
    return thing("Certificate", name, f"{CERT_MANAGER}/v1", spec=spec, status={"conditions": told(**ready)})


GATEWAY_CLASS = thing(
    "GatewayClass", "envoy", f"{GATEWAY_API}/v1", spec={}, status={"conditions": told(Accepted="True")}
)
API = (deployment("api", container={**PORTS, **CPU}), service("api"))
HEALTHY = (
    deployment("web", replicas=2, container={**PORTS, **CPU}),
    service("web", "http"),
    with_tls(ingress("web", "web", "http"), "web-tls"),
    tls_secret("web-tls", "*.example.com"),
    gateway("public", listener(tls={"certificateRefs": [{"name": "web-tls"}]})),
    route("web", "web"),
    issued("web", "web-tls", Ready="True"),
)
SHOWN = (*API, with_tls(ingress("api", "api"), "api-tls"))
BESIDE = "-b"

FAULTS: dict[str, RouteFault] = {
    "certificate expired": RouteFault(
        (*SHOWN, tls_secret("api-tls", "api.example.com", ends=timedelta(days=-1))),
        "certificate-expired",
        "Secret api-tls",
        ("Ingress api",),
    ),
    "certificate of another name": RouteFault(
        (*SHOWN, tls_secret("api-tls", "apii.example.com")), "certificate-wrong-name", "Ingress api"
    ),
    "certificate too early": RouteFault(
        (*SHOWN, tls_secret("api-tls", "api.example.com", begins=timedelta(days=1))),
        "certificate-not-yet-valid",
        "Secret api-tls",
        ("Ingress api",),
    ),
    "certificate about to end": RouteFault(
        (*SHOWN, tls_secret("api-tls", "api.example.com", ends=timedelta(days=5))),
        "certificate-expires-soon",
        "Secret api-tls",
    ),
    "secret without certificate": RouteFault(
        (*SHOWN, thing("Secret", "api-tls", stringData={"password": "unseen"})),
        "certificate-malformed",
        "Secret api-tls",
        ("Ingress api",),
    ),
    "certificate not issued": RouteFault(
        (*SHOWN, issued("api", "api-tls", Ready="False")),
        "certificate-not-issued",
        "Certificate api",
        ("Ingress api",),
    ),
    "issuer not ready": RouteFault(
        (
            *SHOWN,
            issued("api", "api-tls", Ready="False"),
            thing("Issuer", "acme", f"{CERT_MANAGER}/v1", spec={}, status={"conditions": told(Ready="False")}),
        ),
        "issuer-not-ready",
        "Issuer acme",
        ("Certificate api", "Ingress api"),
    ),
    "backend of a route missing": RouteFault(
        (route("api", "api", namespace=BESIDE),), "backend-missing", "HTTPRoute api", beside=(grant(""),)
    ),
    "reference not granted": RouteFault(
        (route("api", "api", namespace=BESIDE),), "reference-not-granted", "HTTPRoute api", beside=API
    ),
    "port of a route's backend": RouteFault((*API, route("api", "api", 8080)), "backend-port-missing", "HTTPRoute api"),
    "service behind a route without endpoints": RouteFault(
        (deployment("api", replicas=0, container=PORTS), service("api"), route("api", "api")),
        "scaled-to-zero",
        "Deployment api",
        ("Service api", "HTTPRoute api"),
    ),
    "gateway missing": RouteFault(
        (*API, route("api", "api", parent={"name": "pulic"})), "gateway-missing", "HTTPRoute api"
    ),
    "listener missing": RouteFault(
        (*API, route("api", "api", parent={"name": "public", "sectionName": "http"})),
        "route-detached",
        "HTTPRoute api",
    ),
    "gateway class missing": RouteFault(
        (*API, gateway("edge", class_name="envoi"), route("api", "api", parent={"name": "edge"})),
        "gateway-class-missing",
        "Gateway edge",
        ("HTTPRoute api",),
    ),
    "gateway not programmed": RouteFault(
        (*API, gateway("edge", Programmed="False"), route("api", "api", parent={"name": "edge"})),
        "gateway-not-ready",
        "Gateway edge",
        ("HTTPRoute api",),
    ),
}
TWINS = (
    ("certificate expired", "certificate of another name"),
    ("backend of a route missing", "reference not granted"),
    ("gateway missing", "gateway class missing"),
)
"""Pairs that look the same from outside."""
