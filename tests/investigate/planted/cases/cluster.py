"""Faults of the cluster itself: asked without a namespace, one at a time, before the others are planted."""

from typing import Any

from tests.investigate.planted.cases.nodes import on_pool, pool_node
from tests.investigate.planted.fault import Fault
from tests.investigate.planted.kubelet import crash
from tests.investigate.planted.objects import Json, budget, deployment, served, service, thing

SYSTEM = "kube-system"
DNS = {"k8s-app": "kube-dns"}


def _system(made: Json) -> Json:
    return {**made, "metadata": {**made["metadata"], "namespace": SYSTEM}}


def _dead() -> Json:
    made = pool_node("gone")
    made["metadata"]["labels"]["lab/dead"] = "true"
    return made


def _cordoned() -> Json:
    made = pool_node("drained")
    made["spec"]["unschedulable"] = True
    return made


def _custom_metrics(**service_of: Any) -> Json:
    spec = {
        "group": "custom.metrics.k8s.io",
        "version": "v1beta1",
        "groupPriorityMinimum": 100,
        "versionPriority": 100,
        "insecureSkipTLSVerify": True,
        "service": service_of,
    }
    return thing("APIService", "v1beta1.custom.metrics.k8s.io", "apiregistration.k8s.io/v1", spec=spec)


FAULTS = (
    Fault("nothing wrong in the whole cluster", ("", ""), served(deployment("api")), where="cluster"),
    Fault(
        "the cluster's DNS crashes, and a name does not resolve",
        ("crash-loop", "Deployment coredns"),
        (
            _system(
                deployment(
                    "coredns",
                    crash("plugin/errors: Corefile:7 - Error during parsing: Unknown directive 'forwrad'").name,
                    labels=DNS,
                )
            ),
            _system(service("kube-dns", 53, selector=DNS, port=53)),
            *served(deployment("api", crash("Error: getaddrinfo EAI_AGAIN payments\n" * 3).name)),
            deployment("payments"),
            service("payments"),
        ),
        healthy=("Deployment payments", "Service payments"),
        where="cluster",
    ),
    Fault(
        "an aggregated API that nobody serves",
        ("api-service-down", "APIService v1beta1.custom.metrics.k8s.io"),
        (_custom_metrics(namespace="{ns}", name="adapter", port=443), *served(deployment("api"))),
        healthy=("Deployment api", "Service api"),
        sign=("APIService", "v1beta1.custom", '"status": "False"'),
        where="cluster",
    ),
    Fault(
        "a drain that a budget does not let pass",
        ("budget-blocks", "PodDisruptionBudget api"),
        (_cordoned(), deployment("api", replicas=2), budget("api", minAvailable=2)),
        sign=("PodDisruptionBudget", "api", '"currentHealthy": 2'),
        healthy=("Deployment api",),
        where="cluster",
    ),
    Fault(
        "a kubelet that is silent, seen from the whole cluster",
        ("node-not-ready", "Node gone-1"),
        (pool_node("gone"), *on_pool("gone", replicas=2)),
        then=(_dead(),),
        sign=("Node", "gone-1", "node.kubernetes.io/unreachable"),
        where="cluster",
    ),
)
