"""What the API server fills in by itself, so that objects read back look like those of a real cluster."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any, cast

from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, name_of, namespace_of
from incident_sandbox.model.resources import Resource


def fill(target: Object, **values: Any) -> None:
    """Set each key that is missing or null."""
    for key, value in values.items():
        if target.get(key) is None:
            target[key] = value


def pod_spec(spec: Object) -> None:
    fill(
        spec,
        restartPolicy="Always",
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    if "serviceAccountName" in spec:
        fill(spec, serviceAccount=spec["serviceAccountName"])
    for container in [*spec.get("initContainers", []), *spec.get("containers", [])]:
        _container(container)
    for volume in spec.get("volumes", []):
        for source in ("configMap", "secret"):
            if volume.get(source) is not None:
                fill(volume[source], defaultMode=420)


def _container(container: Object) -> None:
    image: str = container.get("image", "")
    latest = image.endswith(":latest") or ":" not in image.rpartition("/")[2]
    fill(
        container,
        imagePullPolicy="Always" if latest else "IfNotPresent",
        resources={},
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
    )
    for port in container.get("ports", []):
        fill(port, protocol="TCP")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(probe) is not None:
            fill(container[probe], timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
            if "httpGet" in container[probe]:
                fill(container[probe]["httpGet"], path="/", scheme="HTTP")


def _pod(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    pod_spec(spec)
    for container in spec.get("containers", []):
        limits: Object = dig(container, "resources", "limits", default={})
        for name, value in limits.items():
            container["resources"].setdefault("requests", {}).setdefault(name, value)
    fill(spec, serviceAccountName="default", serviceAccount="default", enableServiceLinks=True)
    fill(spec, priority=0, preemptionPolicy="PreemptLowerPriority")
    for key in ("not-ready", "unreachable"):
        toleration = {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute"}
        tolerations = spec.setdefault("tolerations", [])
        if not any(item.get("key") == toleration["key"] for item in tolerations):
            tolerations.append({**toleration, "tolerationSeconds": 300})
    obj.setdefault("status", {"phase": "Pending", "qosClass": _qos(spec)})


def _qos(spec: Object) -> str:
    resources = [container.get("resources", {}) for container in spec.get("containers", [])]
    if not any(item.get("requests") or item.get("limits") for item in resources):
        return "BestEffort"
    whole = all(
        item.get("limits", {}).keys() >= {"cpu", "memory"} and item.get("requests") == item["limits"]
        for item in resources
    )
    return "Guaranteed" if whole else "Burstable"


def _deployment(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    fill(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
    fill(spec["strategy"], type="RollingUpdate")
    if spec["strategy"]["type"] == "RollingUpdate":
        fill(spec["strategy"], rollingUpdate={})
        fill(spec["strategy"]["rollingUpdate"], maxUnavailable="25%", maxSurge="25%")
    _template(spec)
    obj.setdefault("status", {})


def _template(spec: Object) -> None:
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    pod_spec(template.setdefault("spec", {}))


def _replica_set(obj: Object) -> None:
    fill(obj.setdefault("spec", {}), replicas=1)
    _template(obj["spec"])
    obj.setdefault("status", {"replicas": 0})


def _stateful_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    fill(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady", updateStrategy={})
    fill(spec, persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain", "whenScaled": "Retain"})
    fill(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        fill(spec["updateStrategy"], rollingUpdate={})
        fill(spec["updateStrategy"]["rollingUpdate"], partition=0, maxUnavailable=1)
    _template(spec)
    obj.setdefault("status", {"replicas": 0, "availableReplicas": 0})


def _daemon_set(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    generation = str(dig(obj, "metadata", "generation", default=1))
    annotations = obj.setdefault("metadata", {}).setdefault("annotations", {})
    annotations.setdefault("deprecated.daemonset.template.generation", generation)
    fill(spec, revisionHistoryLimit=10, updateStrategy={})
    fill(spec["updateStrategy"], type="RollingUpdate")
    if spec["updateStrategy"]["type"] == "RollingUpdate":
        fill(spec["updateStrategy"], rollingUpdate={})
        fill(spec["updateStrategy"]["rollingUpdate"], maxUnavailable=1, maxSurge=0)
    _template(spec)
    zero = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")
    obj.setdefault("status", dict.fromkeys(zero, 0))


def _service(obj: Object) -> None:
    spec = obj.setdefault("spec", {})
    fill(spec, type="ClusterIP", sessionAffinity="None")
    if spec["type"] != "ExternalName":
        fill(spec, clusterIP=_cluster_ip(obj), internalTrafficPolicy="Cluster")
        fill(spec, clusterIPs=[spec["clusterIP"]], ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    for port in spec.get("ports", []):
        fill(port, protocol="TCP", targetPort=port.get("port"))
    obj.setdefault("status", {"loadBalancer": {}})


def _cluster_ip(obj: Object) -> str:
    """Stable for a name: a dry run must not use up addresses."""
    number = zlib.crc32(f"{namespace_of(obj)}/{name_of(obj)}".encode())
    return f"10.96.{number >> 8 & 0xFF}.{(number & 0xFF) or 1}"


def _secret(obj: Object) -> None:
    fill(obj, type="Opaque")


def _namespace(obj: Object) -> None:
    obj.setdefault("metadata", {}).setdefault("labels", {})["kubernetes.io/metadata.name"] = name_of(obj)
    fill(obj.setdefault("spec", {}), finalizers=["kubernetes"])
    obj.setdefault("status", {"phase": "Active"})


def _cron_job(obj: Object) -> None:
    fill(obj.setdefault("spec", {}), concurrencyPolicy="Allow", suspend=False)
    fill(obj["spec"], successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)
    obj.setdefault("status", {})


def _job(obj: Object) -> None:
    fill(obj.setdefault("spec", {}), parallelism=1, completions=1, backoffLimit=6, suspend=False)
    obj.setdefault("status", {})


def _ingress(obj: Object) -> None:
    obj.setdefault("status", {"loadBalancer": {}})


def _autoscaler(obj: Object) -> None:
    fill(obj.setdefault("spec", {}), minReplicas=1)
    obj.setdefault("status", {"currentMetrics": None, "desiredReplicas": 0})


def _status_only(obj: Object) -> None:
    obj.setdefault("status", {})


_DEFAULTS: dict[Resource, Callable[[Object], None]] = {
    r.PODS: _pod,
    r.DEPLOYMENTS: _deployment,
    r.REPLICA_SETS: _replica_set,
    r.STATEFUL_SETS: _stateful_set,
    r.DAEMON_SETS: _daemon_set,
    r.SERVICES: _service,
    r.SECRETS: _secret,
    r.NAMESPACES: _namespace,
    r.CRON_JOBS: _cron_job,
    r.JOBS: _job,
    r.INGRESSES: _ingress,
    r.AUTOSCALERS: _autoscaler,
    r.BUDGETS: _status_only,
    r.NODES: _status_only,
}


def _drop_nulls(value: Any, *, empty_lists: bool) -> None:
    """What the typed decoder of the real server does not keep: nulls, and empty lists where they mean nothing."""
    if isinstance(value, dict):
        fields = cast("Object", value)
        for key in [key for key, item in fields.items() if item is None or (empty_lists and item == [])]:
            del fields[key]
        for item in fields.values():
            _drop_nulls(item, empty_lists=empty_lists)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            _drop_nulls(item, empty_lists=empty_lists)


def decode(resource: Resource, obj: Object) -> Object:
    """What a typed decoder makes of a request's object; in place, the caller owns it."""
    _drop_nulls(obj.get("metadata"), empty_lists=True)
    _drop_nulls(obj.get("spec"), empty_lists=resource is r.PODS)
    _drop_nulls(dig(obj, "spec", "template"), empty_lists=True)
    return obj


def set_defaults(resource: Resource, obj: Object) -> None:
    """Complete `obj` in place; the caller owns it."""
    if resource in _DEFAULTS:
        _DEFAULTS[resource](obj)
