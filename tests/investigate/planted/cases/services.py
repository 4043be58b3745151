"""Services: one symptom, no answer, while most pods are well."""

from tests.investigate.planted.fault import Fault, Noise
from tests.investigate.planted.objects import declared, deployment, ingress, leading_to, served, service

API = "Deployment api"
SERVICE = "Service api"
REFUSED_BY_CLOUD = Noise(
    "Service api",
    "SyncLoadBalancerFailed",
    "Error syncing load balancer: failed to ensure load balancer: googleapi: Error 403: Quota 'IN_USE_ADDRESSES' "
    "exceeded. Limit: 8.0 in region europe-west4., quotaExceeded",
    1,
)
"""In the words of the cloud's service controller, which is not here."""

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
    Fault(
        "a selector that takes in another program's pods on the same port",
        ("mixed-endpoints", SERVICE),
        (
            deployment("api", labels={"part-of": "shop"}),
            deployment("admin", labels={"part-of": "shop"}),
            service("admin"),
            service("api", selector={"part-of": "shop"}),
            ingress("api"),
        ),
        twins="answers of another program",
        healthy=(API, "Deployment admin", "Service admin"),
    ),
    Fault(
        "a path that somebody edited to lead to another Service",
        ("route-redirected", "Ingress api"),
        (deployment("api"), service("api"), deployment("admin"), service("admin"), declared(ingress("api"))),
        then=(leading_to(declared(ingress("api")), "admin"),),
        twins="answers of another program",
        healthy=(API, SERVICE, "Deployment admin", "Service admin"),
    ),
    Fault(
        "a load balancer that the cloud refuses",
        ("load-balancer-pending", SERVICE),
        (deployment("api"), service("api", type="LoadBalancer")),
        noise=(REFUSED_BY_CLOUD,),
        twins="not reached from outside",
        healthy=(API,),
    ),
    Fault(
        "a load balancer that is there, before a Service that selects nothing",
        ("selects-nothing", SERVICE),
        (
            deployment("api"),
            service("api", selector={"app": "apii"}, type="LoadBalancer", externalIPs=["192.0.2.10"]),
        ),
        twins="not reached from outside",
        healthy=(API,),
    ),
    Fault(
        "a load balancer that does not take in new nodes",
        ("load-balancer-failing", SERVICE),
        (deployment("api"), service("api", type="LoadBalancer", externalIPs=["192.0.2.10"])),
        noise=(
            Noise("Service api", "UpdateLoadBalancerFailed", "Error updating load balancer with new hosts: denied", 1),
        ),
        healthy=(API,),
    ),
)
