"""metrics.k8s.io: what containers use right now, as their behaviours say."""

from __future__ import annotations

import zlib
from datetime import datetime

from incident_sandbox.cluster import Cluster
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, labels_of, name_of, namespace_of
from incident_sandbox.model.quantities import quantity
from incident_sandbox.model.resources import Resource
from incident_sandbox.model.timestamps import rfc3339

WINDOW = "10s"


class MetricsView:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def of(self, resource: Resource) -> list[Object]:
        pods = self._pods()
        return pods if resource is r.POD_METRICS else self._nodes(pods)

    def _pods(self) -> list[Object]:
        now = self._cluster.now
        found: list[Object] = []
        for pod in sorted(self._cluster.store.each(r.PODS), key=lambda obj: (namespace_of(obj), name_of(obj))):
            run = self._cluster.kubelet.runs.get((namespace_of(pod), name_of(pod)))
            live = [item for item in run.containers if item.current] if run else []
            if not live:
                continue
            containers = [
                {
                    "name": item.name,
                    "usage": _usage(item.current.behaviour.cpu, item.current.behaviour.memory, name_of(pod), now),
                }
                for item in live
                if item.current
            ]
            found.append(_metrics("PodMetrics", pod, now) | {"containers": containers})
        return found

    def _nodes(self, pods: list[Object]) -> list[Object]:
        where = {
            (namespace_of(pod), name_of(pod)): pod["spec"].get("nodeName") for pod in self._cluster.store.each(r.PODS)
        }
        found: list[Object] = []
        for node in sorted(self._cluster.store.each(r.NODES), key=name_of):
            mine = [pod for pod in pods if where.get((namespace_of(pod), name_of(pod))) == name_of(node)]
            usages = [container["usage"] for pod in mine for container in pod["containers"]]
            cpu = 0.12 + sum(quantity(usage["cpu"]) for usage in usages)
            memory = 900 * 2**20 + sum(quantity(usage["memory"]) for usage in usages)
            usage = {"cpu": f"{int(cpu * 1e9)}n", "memory": f"{int(memory / 1024)}Ki"}
            found.append(_metrics("NodeMetrics", node, self._cluster.now) | {"usage": usage})
        return found


def _metrics(kind: str, of: Object, now: datetime) -> Object:
    metadata = {"name": name_of(of), "creationTimestamp": rfc3339(now), "labels": labels_of(of)}
    if namespace_of(of):
        metadata["namespace"] = namespace_of(of)
    return {
        "kind": kind,
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": metadata,
        "timestamp": rfc3339(now),
        "window": WINDOW,
    }


def _usage(cpu: str, memory: str, pod: str, now: datetime) -> Object:
    """A little different from pod to pod and from minute to minute."""
    noise = 0.9 + zlib.crc32(f"{pod}{now:%H%M}".encode()) % 200 / 1000
    return {"cpu": f"{int(quantity(cpu) * noise * 1e9)}n", "memory": f"{int(quantity(memory) * noise / 1024)}Ki"}
