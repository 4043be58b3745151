"""One of each sort, made through the API server: what it adds (defaults, managed fields, tolerations) is in all copies.

A prototype is the JSON that the API server gave back. A copy of it differs in names, uids, node and address only, so
it is made by replacing those in the text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from bench.crowd.troubles import CONTAINER, IMAGE, INIT, TROUBLES, Trouble, ago, pod_status
from tests.controlplane.api import Api

Json = dict[str, Any]
NAMESPACE, APP, TRACK, HASH, POD, NODE = (
    "prototype-space",
    "prototype-app",
    "prototype-track",
    "5d7c9b8f6d",
    "zzzzz",
    "prototype-node",
)
IP = "10.244.1.1"
DEPLOYMENT = f"{APP}-{TRACK}"
REPLICA_SET = f"{DEPLOYMENT}-{HASH}"
REPLICAS = 10
_LABELS: Json = {"app": APP, "track": TRACK}
_META: Json = {"namespace": NAMESPACE, "labels": _LABELS}


@dataclass
class Prototypes:
    """Texts to copy. Pods by trouble (None: well); Deployments and ReplicaSets by how many of their pods are ready."""

    api: Api
    uids: dict[str, str] = field(default_factory=dict[str, str])
    pods: dict[Trouble | None, str] = field(default_factory=dict["Trouble | None", str])
    workloads: dict[tuple[int, str], tuple[str, str]] = field(default_factory=dict[tuple[int, str], tuple[str, str]])

    def make(self) -> None:
        self.api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
        for trouble in (None, *TROUBLES):
            self.pods[trouble] = self._pod(trouble)

    def workload(self, ready: int, trouble: Trouble | None) -> tuple[str, str]:
        """A Deployment and its ReplicaSet."""
        key = (ready, trouble.needs if trouble else "")
        if key not in self.workloads:
            self.workloads[key] = self._workload(*key)
        return self.workloads[key]

    def _workload(self, ready: int, needs: str) -> tuple[str, str]:
        well = ready == REPLICAS
        counts = {"replicas": REPLICAS, "readyReplicas": ready, "availableReplicas": ready, "observedGeneration": 1}
        available = _condition(
            "Available", "MinimumReplicasAvailable" if ready >= 8 else "MinimumReplicasUnavailable", ready >= 8
        )
        conditions = [available, _condition("Progressing", "NewReplicaSetAvailable", True)]
        spec: Json = {"replicas": REPLICAS, "selector": {"matchLabels": _LABELS}, "template": template(needs)}
        more = {} if well else {"unavailableReplicas": REPLICAS - ready}
        deployment = self._made(
            f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments",
            {
                "metadata": {**_META, "name": DEPLOYMENT, "annotations": {"deployment.kubernetes.io/revision": "1"}},
                "spec": spec,
            },
            {**counts, **more, "updatedReplicas": REPLICAS, "conditions": conditions},
            "DEPLOYMENT",
        )
        labels = {**_LABELS, "pod-template-hash": HASH}
        spec = {**spec, "selector": {"matchLabels": labels}, "template": template(needs, labels)}
        replica_set = self._made(
            f"/apis/apps/v1/namespaces/{NAMESPACE}/replicasets",
            {
                "metadata": {
                    **_META,
                    "name": REPLICA_SET,
                    "labels": labels,
                    "annotations": {"deployment.kubernetes.io/revision": "1"},
                    "ownerReferences": [_owner("apps/v1", "Deployment", DEPLOYMENT)],
                },
                "spec": spec,
            },
            {**counts, "fullyLabeledReplicas": REPLICAS},
            "REPLICASET",
        )
        return deployment, replica_set

    def _pod(self, trouble: Trouble | None) -> str:
        labels = {**_LABELS, "pod-template-hash": HASH}
        spec = _with_account(template(trouble.needs if trouble else "")["spec"])
        if trouble is None or trouble.scheduled:
            spec["nodeName"] = NODE
        meta: Json = {
            **_META,
            "name": f"{REPLICA_SET}-{POD}",
            "generateName": f"{REPLICA_SET}-",
            "labels": labels,
            "ownerReferences": [_owner("apps/v1", "ReplicaSet", REPLICA_SET)],
        }
        path = f"/api/v1/namespaces/{NAMESPACE}/pods"
        return self._made(path, {"metadata": meta, "spec": spec}, pod_status(trouble), "POD")

    def _made(self, path: str, thing: Json, status: Json, uid: str) -> str:
        """Create, set the status, and take it back out again."""
        made = self.api.create(path, thing)
        here = f"{path}/{made['metadata']['name']}"
        made = self.api.request("PUT", f"{here}/status", {**made, "status": status})
        self.api.request("DELETE", here, {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
        made["metadata"].pop("resourceVersion")
        made["metadata"]["uid"] = uid
        made["metadata"]["creationTimestamp"] = ago(61)
        return json.dumps(made).replace("OWNER-DEPLOYMENT", "DEPLOYMENT").replace("OWNER-REPLICASET", "REPLICASET")


def _owner(version: str, kind: str, name: str) -> Json:
    return {
        "apiVersion": version,
        "kind": kind,
        "name": name,
        "uid": f"OWNER-{kind.upper()}",
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _condition(name: str, reason: str, well: bool) -> Json:
    return {
        "type": name,
        "status": "True" if well else "False",
        "reason": reason,
        "message": "Deployment has minimum availability." if well else "Deployment does not have minimum availability.",
        "lastUpdateTime": ago(30),
        "lastTransitionTime": ago(30),
    }


def template(needs: str = "", labels: Json | None = None) -> Json:
    """A pod template of the usual size: probes, resources, settings."""
    probe = {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10, "failureThreshold": 3}
    room = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
    volumes: list[Json] = []
    env: list[Json] = [
        {"name": "DB_HOST", "value": "orders-db"},
        {"name": "LOG_LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "log-level"}}},
        {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
    ]
    if needs == "prototype-token":
        env.append({"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": needs, "key": "token"}}})
    elif needs:
        volumes.append({"name": "token", "secret": {"secretName": needs}})
    app = {
        "name": CONTAINER,
        "image": IMAGE,
        "ports": [{"name": "http", "containerPort": 8080}],
        "env": env,
        "resources": room,
        "readinessProbe": probe,
        "livenessProbe": probe,
    }
    init = {"name": INIT, "image": IMAGE, "args": ["migrate"], "resources": room}
    spec = {"initContainers": [init], "containers": [app], "volumes": volumes, "serviceAccountName": "default"}
    return {"metadata": {"labels": labels or _LABELS}, "spec": spec}


def _with_account(spec: Json) -> Json:
    """With the token of its service account, as the admission plugin adds it where there are controllers."""
    token = {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    authority = {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    volume = {"name": "kube-api-access-x8zq4", "projected": {"sources": [token, authority]}}
    where = "/var/run/secrets/kubernetes.io/serviceaccount"
    mount = {"volumeMounts": [{"name": volume["name"], "mountPath": where, "readOnly": True}]}
    containers = {part: [each | mount for each in spec[part]] for part in ("initContainers", "containers")}
    return {**spec, **containers, "volumes": [*spec["volumes"], volume]}
