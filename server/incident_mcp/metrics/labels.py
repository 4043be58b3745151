"""What an alert is about, by its labels.

A label that Prometheus moved aside because the scrape brought its own (`exported_namespace`) tells the object; the one
in its place tells who was scraped (prometheus.io, `honor_labels`). Only names that Kubernetes would take are taken.
"""

import re
from collections.abc import Iterator, Mapping

from incident_mcp.vocabulary.refs import Ref

KINDS = {
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "job_name": "Job",
    "cronjob": "CronJob",
    "pod": "Pod",
    "kubernetes_pod_name": "Pod",
    "service": "Service",
    "destination_service_name": "Service",
    "destination_workload": "Deployment",
    "ingress": "Ingress",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
    "persistentvolumeclaim": "PersistentVolumeClaim",
}
"""Labels of kube-state-metrics, cAdvisor, the service discovery and Istio, and the kind that each names."""
_WORKLOAD_TYPES = {"deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet"}
_NAMESPACES = ("namespace", "kubernetes_namespace", "destination_workload_namespace", "destination_service_namespace")
_NAMED = ("workload", "app", "app_kubernetes_io_name", "job", "container", "service_name")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


def namespace_of(labels: Mapping[str, str]) -> str | None:
    return next((value for label in _NAMESPACES if (value := _name(labels, label))), None)


def targets_of(labels: Mapping[str, str]) -> tuple[Ref, ...]:
    """The objects that the labels name with their kind."""
    return tuple(dict.fromkeys(_targets(labels, namespace_of(labels))))


def names_of(labels: Mapping[str, str]) -> tuple[str, ...]:
    """What the labels name without a kind; of `namespace/name` the second part."""
    plain = (labels.get(label, "").rpartition("/")[2] for label in _NAMED)
    return tuple(dict.fromkeys(name for name in plain if _NAME.fullmatch(name)))


def _targets(labels: Mapping[str, str], namespace: str | None) -> Iterator[Ref]:
    if node := _name(labels, "node"):
        yield Ref(kind="Node", name=node)
    if namespace is None:
        return
    workload, kind = _name(labels, "workload"), _WORKLOAD_TYPES.get(labels.get("workload_type", ""))
    if workload and kind:
        yield Ref(kind=kind, namespace=namespace, name=workload)
    for label, kind in KINDS.items():
        if name := _name(labels, label):
            yield Ref(kind=kind, namespace=namespace, name=name)


def _name(labels: Mapping[str, str], label: str) -> str | None:
    value = labels.get(f"exported_{label}") or labels.get(label, "")
    return value if _NAME.fullmatch(value) else None
