"""Ingresses that lead nowhere: users see 503 or 404, and every pod may be well. Certificates belong here as well."""

from datetime import timedelta

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import crash
from tests.investigate.planted.objects import Json, deployment, ingress, secret, served, service
from tests.investigate.real_routes import gateway, issued, listener, route, tls_secret, with_tls

API = "Deployment api"
INGRESS = "Ingress api"
ROUTE = "HTTPRoute api"


def tls_listener(name: str) -> Json:
    return listener(tls={"certificateRefs": [{"name": name}]})


def _elsewhere(made: Json) -> Json:
    return {**made, "metadata": {**made["metadata"], "namespace": "default"}}


SHOWN = (deployment("api"), service("api"), with_tls(ingress("api"), "api-tls"))
WELL = (API, "Service api")
PUBLIC = gateway("public", tls_listener("public-tls"))
"""What serves a route when all is well, but for its certificate."""

CERTIFICATES = (
    Fault(
        "a certificate of an Ingress that has expired",
        ("certificate-expired", "Secret api-tls"),
        (*SHOWN, tls_secret("api-tls", "api.example.com", ends=timedelta(hours=-1))),
        twins="browsers refuse the certificate",
        healthy=WELL,
    ),
    Fault(
        "a certificate of another name",
        ("certificate-wrong-name", INGRESS),
        (*SHOWN, tls_secret("api-tls", "www.example.com", "shop.example.com")),
        twins="browsers refuse the certificate",
        healthy=WELL,
    ),
    Fault(
        "a certificate that is not valid yet",
        ("certificate-not-yet-valid", "Secret api-tls"),
        (*SHOWN, tls_secret("api-tls", "api.example.com", begins=timedelta(hours=5))),
        twins="browsers refuse the certificate",
        healthy=WELL,
    ),
    Fault(
        "a certificate that its issuer does not issue",
        ("certificate-not-issued", "Certificate api"),
        (*SHOWN, issued("api", "api-tls", Ready="False")),
        twins="browsers refuse the certificate",
        healthy=WELL,
    ),
    Fault(
        "a Secret of another type where a certificate should be",
        ("certificate-malformed", "Secret api-tls"),
        (*SHOWN, secret("api-tls", password="unseen")),
        healthy=WELL,
    ),
    Fault(
        "an expired certificate of a Gateway's listener",
        ("certificate-expired", "Secret public-tls"),
        (
            deployment("api"),
            service("api"),
            PUBLIC,
            tls_secret("public-tls", "*.example.com", ends=timedelta(hours=-1)),
            route("api", "api"),
        ),
        healthy=WELL,
    ),
)
GATEWAYS = (
    Fault(
        "a route to a Gateway that does not exist",
        ("gateway-missing", ROUTE),
        (deployment("api"), service("api"), gateway("public"), route("api", "api", parent={"name": "pulic"})),
        twins="404 of a Gateway",
        healthy=WELL,
    ),
    Fault(
        "a route to a listener that its Gateway does not have",
        ("route-detached", ROUTE),
        (
            deployment("api"),
            service("api"),
            gateway("public"),
            route("api", "api", parent={"name": "public", "sectionName": "http"}),
        ),
        twins="404 of a Gateway",
        healthy=WELL,
    ),
    Fault(
        "a route whose Gateway nobody serves",
        ("gateway-class-missing", "Gateway public"),
        (deployment("api"), service("api"), gateway("public", class_name="envoi"), route("api", "api")),
        twins="404 of a Gateway",
        healthy=WELL,
    ),
    Fault(
        "a route whose Gateway is not programmed",
        ("gateway-not-ready", "Gateway public"),
        (deployment("api"), service("api"), gateway("public", Programmed="False"), route("api", "api")),
        healthy=WELL,
    ),
    Fault(
        "a route to a Service that does not exist",
        ("backend-missing", ROUTE),
        (deployment("api"), service("api"), gateway("public"), route("api", "api-v2")),
        twins="500 of a Gateway",
        healthy=WELL,
    ),
    Fault(
        "a route to a port that its Service does not have",
        ("backend-port-missing", ROUTE),
        (deployment("api"), service("api"), gateway("public"), route("api", "api", 8080)),
        twins="500 of a Gateway",
        healthy=WELL,
    ),
    Fault(
        "a route to another namespace that does not let it",
        ("reference-not-granted", ROUTE),
        (_elsewhere(service("api-{ns}")), gateway("public"), route("api", "api-{ns}", namespace="default")),
        twins="500 of a Gateway",
    ),
    Fault(
        "a route whose pods all crash",
        ("crash-loop", API),
        (
            deployment("api", crash("fatal: config line 7: unexpected indent").name, replicas=2),
            service("api"),
            gateway("public"),
            route("api", "api"),
        ),
        twins="500 of a Gateway",
    ),
)
FAULTS = (
    Fault(
        "a backend Service that does not exist",
        ("backend-missing", INGRESS),
        (deployment("api"), service("api"), ingress("api", "api-v2")),
        twins="503",
        healthy=(API, "Service api"),
    ),
    Fault(
        "a backend port that the Service does not have",
        ("backend-port-missing", INGRESS),
        (deployment("api"), service("api"), ingress("api", port=8080)),
        twins="503",
        healthy=(API, "Service api"),
    ),
    Fault(
        "a backend port of a name that the Service does not have",
        ("backend-port-missing", INGRESS),
        (deployment("api"), service("api"), ingress("api", port="https")),
        healthy=(API, "Service api"),
    ),
    Fault(
        "a backend of which every pod is down",
        ("crash-loop", API),
        served(deployment("api", crash("fatal: config line 7: unexpected indent").name, replicas=2)),
        twins="503",
    ),
    Fault(
        "an ingress class that does not exist",
        ("ingress-class-missing", INGRESS),
        (deployment("api"), service("api"), ingress("api", ingressClassName="ngnix")),
        healthy=(API, "Service api"),
    ),
    Fault(
        "a certificate's Secret that does not exist",
        ("certificate-missing", INGRESS),
        (
            deployment("api"),
            service("api"),
            ingress("api", ingressClassName="nginx", tls=[{"hosts": ["api.example.com"], "secretName": "api-tls"}]),
        ),
        healthy=(API, "Service api"),
    ),
    *CERTIFICATES,
    *GATEWAYS,
)
