"""Ingresses that lead nowhere: users see 503 or 404, and every pod may be well. Certificates belong here as well."""

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import crash
from tests.investigate.planted.objects import deployment, ingress, served, service

API = "Deployment api"
INGRESS = "Ingress api"

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
)
