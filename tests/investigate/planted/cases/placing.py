"""Pods that no node takes. The scheduler counts the nodes that each reason rules out; the loudest is not the cause."""

from typing import Any

from tests.investigate.planted.fault import Fault
from tests.investigate.planted.objects import asks, claim, deployment, mounts, served, stateful_set, thing

API = "Deployment api"
TOLERATES_SMALL = {
    "nodeSelector": {"pool": "small"},
    "tolerations": [{"key": "dedicated", "value": "small", "effect": "NoSchedule"}],
}
TIGHT: dict[str, Any] = {
    "nodeSelector": {"pool": "tight"},
    "tolerations": [{"key": "dedicated", "value": "tight", "effect": "NoSchedule"}],
    "container": asks(cpu="1500m"),
}
"""Of which the pool's one node has room for one."""


def _api(**spec: Any) -> tuple[dict[str, Any], ...]:
    return served(deployment("api", **spec))


def _apart(app: str, kind: str = "podAntiAffinity", key: str = "kubernetes.io/hostname") -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": key}
    return {"affinity": {kind: {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


FAULTS = (
    Fault(
        "more CPU than any node has",
        ("insufficient-resources", API),
        _api(container=asks(cpu="64")),
        twins="pending",
    ),
    Fault(
        "more memory than any node has",
        ("insufficient-resources", API),
        _api(container=asks(memory="512Gi")),
    ),
    Fault(
        "a device that no node has",
        ("insufficient-resources", API),
        _api(container={"resources": {"limits": {"nvidia.com/gpu": "1"}}}),
    ),
    Fault(
        "a taint on the one node that it may use",
        ("untolerated-taint", API),
        _api(nodeSelector={"pool": "gpu"}),
        twins="pool",
    ),
    Fault(
        "a pool that there is not",
        ("no-matching-node", API),
        _api(nodeSelector={"pool": "gpus"}, tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists"}]),
        twins="pool",
    ),
    Fault(
        "a pool that is full",
        ("insufficient-resources", API),
        _api(**TOLERATES_SMALL, container=asks(cpu="3")),
        twins="pool",
    ),
    Fault(
        "a pool from which a higher priority has displaced it",
        ("preempted", API),
        _api(**TIGHT),
        then=(deployment("report", priorityClassName="batch-first", **TIGHT),),
        sign=("Event", "api-", '"Preempted"'),
        twins="pool",
        healthy=("Deployment report",),
    ),
    Fault(
        "a toleration with another value",
        ("untolerated-taint", API),
        _api(
            nodeSelector={"pool": "gpu"},
            tolerations=[{"key": "nvidia.com/gpu", "operator": "Equal", "value": "true", "effect": "NoSchedule"}],
        ),
    ),
    Fault(
        "a label that no node has",
        ("no-matching-node", API),
        _api(nodeSelector={"disktype": "nvme"}),
        twins="pending",
    ),
    Fault(
        "more replicas than nodes, one a node",
        ("no-matching-node", API),
        served(deployment("api", replicas=4, **_apart("api"))),
    ),
    Fault("nobody to be near to", ("no-matching-node", API), _api(**_apart("cache", "podAffinity"))),
    Fault(
        "a spread over zones that can't be kept",
        ("no-matching-node", API),
        _api(
            nodeSelector={"rack": "r7"},
            topologySpreadConstraints=[
                {
                    "maxSkew": 1,
                    "topologyKey": "topology.kubernetes.io/zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "labelSelector": {"matchLabels": {"app": "api"}},
                }
            ],
        ),
    ),
    Fault(
        "a host port that is taken on every node",
        ("host-port-taken", API),
        served(deployment("api", replicas=4, container={"ports": [{"containerPort": 8080, "hostPort": 9117}]})),
    ),
    Fault("a gate that nobody lifts", ("scheduling-gated", API), _api(schedulingGates=[{"name": "example.com/wait"}])),
    Fault(
        "a volume in another zone than the pod",
        ("volume-elsewhere", API),
        (
            thing(
                "PersistentVolume",
                "{ns}-zonal",
                spec={
                    "capacity": {"storage": "1Gi"},
                    "accessModes": ["ReadWriteOnce"],
                    "storageClassName": "zonal-{ns}",
                    "csi": {"driver": "csi.example.com", "volumeHandle": "vol-7"},
                    "nodeAffinity": {
                        "required": {
                            "nodeSelectorTerms": [
                                {
                                    "matchExpressions": [
                                        {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["test-1a"]}
                                    ]
                                }
                            ]
                        }
                    },
                },
            ),
            claim("data", "zonal-{ns}"),
            *_api(volumes=mounts("data"), nodeSelector={"topology.kubernetes.io/zone": "test-1b"}),
        ),
        twins="pending",
    ),
    Fault(
        "a claim that does not exist",
        ("claim-missing", "PersistentVolumeClaim data"),
        _api(volumes=mounts("data")),
        twins="pending",
    ),
    Fault(
        "a storage class that does not exist",
        ("storage-class-missing", "PersistentVolumeClaim data"),
        (claim("data", "fast"), *_api(volumes=mounts("data"))),
        twins="pending",
    ),
    Fault(
        "a StatefulSet's storage class that does not exist",
        ("storage-class-missing", "PersistentVolumeClaim data-db-0"),
        (stateful_set("db", claims=[claim("data", "fsat")]),),
        ask="statefulset/db",
    ),
)
