"""Faults as manifests, for a control plane: what its own scheduler, controllers and admission say of them."""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class RealFault:
    """Objects beside the healthy shop, and the one root to be found: its cause, kind and name."""

    objects: tuple[Json, ...]
    cause: str
    target: str


def thing(kind: str, name: str, api: str = "v1", **fields: Any) -> Json:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def deployment(name: str, replicas: int = 1, **spec: Any) -> Json:
    container: Json = {"name": "app", "image": f"registry.example/shop/{name}:1", **spec.pop("container", {})}
    labels = spec.pop("labels", {"app": name})
    template: Json = {"metadata": {"labels": labels}, "spec": {"containers": [container], **spec}}
    selector = {"matchLabels": {"app": labels["app"]}}
    return thing("Deployment", name, "apps/v1", spec={"replicas": replicas, "selector": selector, "template": template})


def service(name: str, target: str | int = 8080, selector: Json | None = None, port: int = 80) -> Json:
    ports = [{"name": "http", "port": port, "targetPort": target}]
    return thing("Service", name, spec={"selector": selector or {"app": name}, "ports": ports})


def ingress(name: str, backend: str, port: int | str = 80) -> Json:
    number = {"number": port} if isinstance(port, int) else {"name": port}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": backend, "port": number}}}
    rules = [{"host": f"{name}.example.com", "http": {"paths": [path]}}]
    return thing("Ingress", name, "networking.k8s.io/v1", spec={"rules": rules})


def autoscaler(target: str) -> Json:
    metric = {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {"scaleTargetRef": ref, "minReplicas": 1, "maxReplicas": 3, "metrics": [metric]}
    return thing("HorizontalPodAutoscaler", "api", "autoscaling/v2", spec=spec)


PORTS = {"ports": [{"name": "http", "containerPort": 8080}]}
CPU = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
CLAIM = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]


def asks(**requests: str) -> Json:
    return {"resources": {"requests": requests}}


def claim(storage_class: str) -> Json:
    resources = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": storage_class, "resources": resources}
    return thing("PersistentVolumeClaim", "data", spec=spec)


def webhook(namespace: str) -> Json:
    """Called for every new pod of this one namespace; Service `policy` there should answer."""
    hook = {
        "name": "pods.policy.example",
        "clientConfig": {"service": {"namespace": namespace, "name": "policy"}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 2,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    api = "admissionregistration.k8s.io/v1"
    return thing("ValidatingWebhookConfiguration", namespace, api, webhooks=[hook])


def affinity(app: str) -> Json:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


FAULTS: dict[str, RealFault] = {
    "cpu": RealFault((deployment("api", container=asks(cpu="64")),), "insufficient-resources", "Deployment api"),
    "memory": RealFault(
        (deployment("api", container=asks(memory="512Gi")),), "insufficient-resources", "Deployment api"
    ),
    "node selector": RealFault(
        (deployment("api", nodeSelector={"disktype": "nvme"}),), "no-matching-node", "Deployment api"
    ),
    "anti-affinity": RealFault(
        (deployment("api", replicas=4, affinity=affinity("api")),), "no-matching-node", "Deployment api"
    ),
    "host port": RealFault(
        (deployment("api", replicas=4, container={"ports": [{"containerPort": 8080, "hostPort": 9117}]}),),
        "host-port-taken",
        "Deployment api",
    ),
    "scheduling gate": RealFault(
        (deployment("api", schedulingGates=[{"name": "example.com/wait"}]),), "scheduling-gated", "Deployment api"
    ),
    "claim missing": RealFault((deployment("api", volumes=CLAIM),), "claim-missing", "PersistentVolumeClaim data"),
    "storage class missing": RealFault(
        (claim("fast"), deployment("api", volumes=CLAIM)), "storage-class-missing", "PersistentVolumeClaim data"
    ),
    "quota": RealFault(
        (
            thing("ResourceQuota", "compute", spec={"hard": {"pods": "0"}}),
            deployment("api"),
        ),
        "quota-exceeded",
        "ResourceQuota compute",
    ),
    "quota wants limits": RealFault(
        (
            thing("ResourceQuota", "compute", spec={"hard": {"limits.cpu": "100"}}),
            deployment("api"),
        ),
        "quota-needs-limits",
        "Deployment api",
    ),
    "limit range": RealFault(
        (
            thing("LimitRange", "small", spec={"limits": [{"type": "Container", "max": {"cpu": "100m"}}]}),
            deployment("api", container={"resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}),
        ),
        "limit-range",
        "Deployment api",
    ),
    "service account": RealFault(
        (deployment("api", serviceAccountName="api"),), "service-account-missing", "ServiceAccount api"
    ),
    "selector": RealFault(
        (
            deployment("api", labels={"app": "api", "version": "v2"}, container=PORTS),
            service("api", selector={"app": "api", "version": "v1"}),
            ingress("api", "api"),
        ),
        "selects-nothing",
        "Service api",
    ),
    "target port": RealFault(
        (deployment("api", container=PORTS), service("api", 8081), ingress("api", "api")), "target-port", "Service api"
    ),
    "named target port": RealFault(
        (deployment("api", container=PORTS), service("api", "web")), "target-port", "Service api"
    ),
    "scaled to zero": RealFault(
        (deployment("api", replicas=0, container=PORTS), service("api"), ingress("api", "api")),
        "scaled-to-zero",
        "Deployment api",
    ),
    "backend missing": RealFault((ingress("api", "apii"),), "backend-missing", "Ingress api"),
    "backend port": RealFault(
        (deployment("api", container=PORTS), service("api"), ingress("api", "api", 8080)),
        "backend-port-missing",
        "Ingress api",
    ),
    "autoscaler without target": RealFault((autoscaler("gone"),), "autoscaler-unable", "HorizontalPodAutoscaler api"),
    "autoscaler without requests": RealFault(
        (deployment("api"), autoscaler("api")), "autoscaler-blind", "HorizontalPodAutoscaler api"
    ),
    "disruption budget": RealFault(
        (
            deployment("api", replicas=2),
            thing(
                "PodDisruptionBudget",
                "api",
                "policy/v1",
                spec={"maxUnavailable": 0, "selector": {"matchLabels": {"app": "api"}}},
            ),
        ),
        "budget-blocks",
        "PodDisruptionBudget api",
    ),
    "cron job suspended": RealFault(
        (
            thing(
                "CronJob",
                "report",
                "batch/v1",
                spec={
                    "schedule": "0 3 * * *",
                    "suspend": True,
                    "jobTemplate": {
                        "spec": {
                            "template": {
                                "spec": {
                                    "restartPolicy": "Never",
                                    "containers": [{"name": "app", "image": "registry.example/report:1"}],
                                }
                            }
                        }
                    },
                },
            ),
        ),
        "cron-job-suspended",
        "CronJob report",
    ),
    "image": RealFault(
        (deployment("api", container={"image": "registry.example/shop/api:9-pull"}),),
        "image-not-found",
        "Deployment api",
    ),
}
