"""Services: one symptom, no answer, while most pods are well."""

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.objects import deployment, ingress, served, service

API = "Deployment api"
SERVICE = "Service api"

FAULTS = (
    Fault(
        "a selector that fits no pod",
        ("selects-nothing", SERVICE),
        (
            deployment("api", labels={"version": "v2"}),
            service("api", selector={"app": "api", "version": "v1"}),
            ingress("api"),
        ),
        twins="no endpoints",
        healthy=(API,),
    ),
    Fault(
        "a selector with a typing mistake, reached by nobody from outside",
        ("selects-nothing", SERVICE),
        (deployment("api"), service("api", selector={"app": "apii"})),
        healthy=(API,),
    ),
    Fault(
        "a named target port that the pods don't have",
        ("target-port", SERVICE),
        served(deployment("api"), "web"),
        twins="no endpoints",
        healthy=(API,),
    ),
    Fault(
        "a target port where nobody listens",
        ("target-port", SERVICE),
        served(deployment("api"), 8081),
        healthy=(API,),
    ),
    Fault(
        "a Deployment that somebody scaled to 0",
        ("scaled-to-zero", API),
        served(deployment("api", replicas=0)),
        twins="no endpoints",
    ),
    Fault(
        "a selector that takes in another program's pods",
        ("mixed-endpoints", SERVICE),
        (
            deployment("api", labels={"part-of": "shop"}),
            deployment(
                "worker",
                labels={"part-of": "shop"},
                container={
                    "ports": [{"name": "metrics", "containerPort": 9100}, {"name": "rpc", "containerPort": 7000}]
                },
            ),
            service("api", selector={"part-of": "shop"}),
            ingress("api"),
        ),
        healthy=(API, "Deployment worker"),
    ),
)
