"""Manifests in few words: what a fault is planted with."""

import json
from typing import Any

Json = dict[str, Any]
SHOP = "registry.example/shop"
PORTS: Json = {"ports": [{"name": "http", "containerPort": 8080}]}
CPU: Json = {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}


def thing(kind: str, name: str, api: str = "v1", **fields: Any) -> Json:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, **fields}


def template(app: str, script: str = "", **spec: Any) -> Json:
    """A pod template; `container` holds fields of its one container, `pod` labels besides `app`."""
    container: Json = {"name": "app", "image": f"{SHOP}/{app}:1", **PORTS, **spec.pop("container", {})}
    metadata: Json = {"labels": {"app": app, **spec.pop("labels", {})}}
    if script:
        metadata["annotations"] = {"control-plane/script": script}
    return {"metadata": metadata, "spec": {"containers": [container, *spec.pop("beside", [])], **spec}}


def deployment(name: str, script: str = "", replicas: int = 1, rollout: Json | None = None, **spec: Any) -> Json:
    """`rollout` holds fields of the Deployment's own spec."""
    app = spec.pop("app", name)
    selector = {"matchLabels": {"app": app}}
    body = {"replicas": replicas, "selector": selector, "template": template(app, script, **spec), **(rollout or {})}
    return thing("Deployment", name, "apps/v1", spec=body)


def stateful_set(name: str, script: str = "", replicas: int = 1, claims: list[Json] | None = None, **spec: Any) -> Json:
    body: Json = {
        "replicas": replicas,
        "serviceName": name,
        "selector": {"matchLabels": {"app": name}},
        "template": template(name, script, **spec),
        "volumeClaimTemplates": claims or [],
    }
    return thing("StatefulSet", name, "apps/v1", spec=body)


def daemon_set(name: str, script: str = "", **spec: Any) -> Json:
    body = {"selector": {"matchLabels": {"app": name}}, "template": template(name, script, **spec)}
    return thing("DaemonSet", name, "apps/v1", spec=body)


def job(name: str, script: str = "", deadline: int | None = None, retries: int = 0, **spec: Any) -> Json:
    body: Json = {
        "backoffLimit": retries,
        "template": template(name, script, restartPolicy=spec.pop("restart", "Never"), **spec),
    }
    if deadline:
        body["activeDeadlineSeconds"] = deadline
    return thing("Job", name, "batch/v1", spec=body)


def cron_job(name: str, script: str = "", schedule: str = "* * * * *", **spec: Any) -> Json:
    body = {"schedule": schedule, "jobTemplate": {"spec": job(name, script)["spec"]}, **spec}
    return thing("CronJob", name, "batch/v1", spec=body)


def service(name: str, target: str | int = 8080, selector: Json | None = None, port: int = 80, **spec: Any) -> Json:
    ports = [{"name": "http", "port": port, "targetPort": target}]
    return thing("Service", name, spec={"selector": selector or {"app": name}, "ports": ports, **spec})


def ingress(name: str, backend: str = "", port: int | str = 80, **spec: Any) -> Json:
    number = {"number": port} if isinstance(port, int) else {"name": port}
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": backend or name, "port": number}}}
    rules = [{"host": f"{name}.example.com", "http": {"paths": [path]}}]
    return thing("Ingress", name, "networking.k8s.io/v1", spec={"rules": rules, **spec})


def declared(route: Json) -> Json:
    """An Ingress with what `kubectl apply` would leave of its manifest in an annotation."""
    note = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(route)}
    return {**route, "metadata": {**route["metadata"], "annotations": note}}


def leading_to(route: Json, backend: str) -> Json:
    """The same Ingress, its paths edited since."""
    spec = json.loads(json.dumps(route["spec"]))
    for path in spec["rules"][0]["http"]["paths"]:
        path["backend"]["service"]["name"] = backend
    return {**route, "spec": spec}


def served(workload: Json, target: str | int = 8080, **fields: Any) -> tuple[Json, ...]:
    """A workload with its Service and an Ingress: users reach it."""
    name = workload["metadata"]["name"]
    return workload, service(name, target, **fields), ingress(name)


def config_map(name: str, **data: str) -> Json:
    return thing("ConfigMap", name, data=data)


def secret(name: str, **data: str) -> Json:
    return thing("Secret", name, stringData=data)


def claim(name: str, storage_class: str | None, mode: str = "ReadWriteOnce") -> Json:
    spec: Json = {"accessModes": [mode], "resources": {"requests": {"storage": "1Gi"}}}
    if storage_class is not None:
        spec["storageClassName"] = storage_class
    return thing("PersistentVolumeClaim", name, spec=spec)


def mounts(claim_name: str) -> list[Json]:
    return [{"name": "data", "persistentVolumeClaim": {"claimName": claim_name}}]


def autoscaler(target: str, name: str = "", most: int = 3, metric: str = "cpu") -> Json:
    measured = {
        "type": "Resource",
        "resource": {"name": metric, "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}
    spec = {"scaleTargetRef": ref, "minReplicas": 1, "maxReplicas": most, "metrics": [measured]}
    return thing("HorizontalPodAutoscaler", name or target, "autoscaling/v2", spec=spec)


def budget(name: str, app: str = "", **spec: Any) -> Json:
    selector = {"matchLabels": {"app": app or name}}
    return thing("PodDisruptionBudget", name, "policy/v1", spec={"selector": selector, **spec})


def policy(name: str, app: str = "", **spec: Any) -> Json:
    """A NetworkPolicy over the pods of an app, or over all."""
    selector = {"matchLabels": {"app": app}} if app else {}
    return thing("NetworkPolicy", name, "networking.k8s.io/v1", spec={"podSelector": selector, **spec})


def asks(**requests: str) -> Json:
    return {"resources": {"requests": requests}}


def env(**values: str) -> list[Json]:
    return [{"name": name, "value": value} for name, value in values.items()]


def probe(path: str = "/healthz", port: int | str = 8080, **times: int) -> Json:
    return {"httpGet": {"path": path, "port": port}, **times}
