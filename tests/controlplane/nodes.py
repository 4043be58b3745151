"""The nodes: they look like small cloud machines and have room for many test namespaces."""

from __future__ import annotations

from tests.controlplane.api import Json
from tests.controlplane.components import LOCAL

NODES = ("node-1", "node-2", "node-3")
ROOM = {"cpu": "32", "memory": "128Gi", "pods": "500"}


def node(name: str, version: str = "v1.37.2", zone: str | None = None) -> Json:
    zone = zone or f"test-1{'abc'[(int(name[-1]) - 1) % 3]}"
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": "m7i.8xlarge",
        "topology.kubernetes.io/region": "test-1",
        "topology.kubernetes.io/zone": zone,
    }
    # Both addresses must be here: the stock stage deletes them when it runs again and finds one missing.
    addresses = [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": LOCAL}]
    info = {
        "architecture": "amd64",
        "operatingSystem": "linux",
        "kubeletVersion": version,
        "kubeProxyVersion": version,
        "containerRuntimeVersion": "containerd://2.2.0",
        "kernelVersion": "6.12.0",
        "osImage": "Test Linux",
        "bootID": "",
        "machineID": "",
        "systemUUID": "",
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {"metrics.k8s.io/resource-metrics-path": f"/metrics/nodes/{name}/metrics/resource"},
        },
        "status": {"capacity": ROOM, "allocatable": ROOM, "addresses": addresses, "nodeInfo": info},
    }
