"""A crowd of pods on a real API server, some of them broken, with all that belongs to them.

Ten pods belong to a ReplicaSet, that to a Deployment; a Service with its endpoint slice stands before two Deployments
(two tracks of one program); each namespace has its settings, an Ingress, an autoscaler and a disruption budget; 2,000
events tell of what happened lately. Of the broken pods, two fifths make up whole Deployments, a fifth halves of some,
and two fifths stand alone among nine that are well.

Only etcd and kube-apiserver run: with controllers, the crowd would move while it is measured.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import anyio

from bench.crowd import etcd
from bench.crowd.etcd import Stored
from bench.crowd.prototypes import (
    APP,
    DEPLOYMENT,
    HASH,
    IP,
    NAMESPACE,
    NODE,
    POD,
    REPLICA_SET,
    REPLICAS,
    TRACK,
    Prototypes,
)
from bench.crowd.troubles import TROUBLES, Json, Trouble, ago
from incident_mcp.cluster.calls import MERGE_PATCH
from incident_mcp.cluster.connection import ConnectOptions, connect
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.nodes import node
from tests.controlplane.waiting import wait_for

NAMESPACES = 50
PODS_A_NODE = 100
EVENTS = 2_000
WORDS = ("orders", "catalog", "search", "billing", "stock", "mail", "images", "ratings", "users", "reports")
LETTERS = "bcdfghjklmnpqrstvwxz2456789"


@dataclass(frozen=True)
class Size:
    """How many pods, and how many of them are not well."""

    pods: int
    broken: int


@dataclass(frozen=True)
class _Workload:
    """One Deployment of ten, with how many of its pods fail, and how."""

    number: int
    failing: int
    trouble: Trouble | None

    @property
    def namespace(self) -> str:
        return f"team-{self.number // 2 % NAMESPACES + 1:02d}"

    @property
    def app(self) -> str:
        return f"{WORDS[self.number // 2 % len(WORDS)]}-{self.number // 2}"

    @property
    def track(self) -> str:
        return "canary" if self.number % 2 else "stable"


def fill(plane: ControlPlane, size: Size, kubelet_port: int) -> None:
    """Fill an empty control plane. Returns when the API server shows all of it."""
    assert plane.machine
    prototypes = Prototypes(plane.api)
    prototypes.make()
    choose = random.Random(size.pods)  # noqa: S311 - the same crowd at each run
    workloads = _workloads(size, choose)
    port = plane.machine.layout.ports.etcd
    anyio.run(_surroundings, str(plane.kubeconfig), workloads)
    etcd.put_all(port, _nodes(size, kubelet_port))
    etcd.put_all(port, _objects(prototypes, workloads, size, choose))
    plane.api.delete(f"/api/v1/namespaces/{NAMESPACE}")
    wait_for("the API server shows all pods", lambda: _shown(plane) >= size.pods, 120)


def _shown(plane: ControlPlane) -> int:
    first = plane.api.get("/api/v1/pods?limit=1")
    return 1 + int(first["metadata"].get("remainingItemCount", 0))


def _workloads(size: Size, choose: random.Random) -> list[_Workload]:
    whole, half, alone = size.broken * 2 // 5 // REPLICAS, size.broken // 5 // 5, size.broken * 2 // 5
    failing = [REPLICAS] * whole + [5] * half + [1] * alone
    failing += [0] * (size.pods // REPLICAS - len(failing))
    choose.shuffle(failing)
    return [_Workload(number, each, choose.choice(TROUBLES) if each else None) for number, each in enumerate(failing)]


def _nodes(size: Size, kubelet_port: int) -> Iterator[Stored]:
    for number in range(size.pods // PODS_A_NODE):
        each = node(f"node-{number + 1}")
        each["metadata"] |= {"uid": str(uuid.uuid4()), "creationTimestamp": ago(600)}
        each["status"]["daemonEndpoints"] = {"kubeletEndpoint": {"Port": kubelet_port}}
        ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": ago(0)}
        each["status"]["conditions"] = [{**ready, "lastTransitionTime": ago(600)}]
        yield f"/minions/{each['metadata']['name']}", json.dumps(each).encode()


def _objects(made: Prototypes, workloads: list[_Workload], size: Size, choose: random.Random) -> Iterator[Stored]:
    slices: dict[tuple[str, str], list[Json]] = {}
    told = 0
    nodes, quiet = size.pods // PODS_A_NODE, (EVENTS - size.broken) / size.pods
    for each in workloads:
        uids = {"DEPLOYMENT": str(uuid.uuid4()), "REPLICASET": str(uuid.uuid4())}
        deployment, replica_set = made.workload(REPLICAS - each.failing, each.trouble)
        names = _names(each, choose)
        yield f"/deployments/{each.namespace}/{_filled(DEPLOYMENT, names)}", _copy(deployment, names, uids)
        yield f"/replicasets/{each.namespace}/{_filled(REPLICA_SET, names)}", _copy(replica_set, names, uids)
        for index in range(REPLICAS):
            trouble = each.trouble if index < each.failing else None
            pod = {POD: "".join(choose.choices(LETTERS, k=5)), NODE: f"node-{choose.randrange(nodes) + 1}"}
            pod[IP] = f"10.{128 + each.number // 2560}.{each.number // 10 % 256}.{each.number % 10 * 25 + index + 1}"
            uids["POD"] = str(uuid.uuid4())
            name = _filled(f"{REPLICA_SET}-{POD}", names | pod)
            yield f"/pods/{each.namespace}/{name}", _copy(made.pods[trouble], names | pod, uids)
            if trouble or (told < EVENTS - size.broken and choose.random() < quiet * 1.2):
                told += trouble is None
                yield _event(each.namespace, name, uids["POD"], trouble)
            if trouble is None or trouble.scheduled:
                ends = slices.setdefault((each.namespace, each.app), [])
                ends.append(_endpoint(name, uids["POD"], pod[IP], pod[NODE], ready=trouble is None))
    for (namespace, app), ends in slices.items():
        yield f"/endpointslices/{namespace}/{app}-x7k2p", json.dumps(_slice(namespace, app, ends)).encode()


def _names(each: _Workload, choose: random.Random) -> dict[str, str]:
    return {
        NAMESPACE: each.namespace,
        APP: each.app,
        TRACK: each.track,
        HASH: "".join(choose.choices(LETTERS, k=10)),
    }


def _copy(prototype: str, names: dict[str, str], uids: dict[str, str]) -> bytes:
    text = _filled(prototype, names)
    for token, uid in uids.items():
        text = text.replace(f'"{token}"', f'"{uid}"')
    return text.encode()


def _filled(text: str, names: dict[str, str]) -> str:
    for token, name in names.items():
        text = text.replace(token, name)
    return text


def _event(namespace: str, pod: str, uid: str, trouble: Trouble | None) -> Stored:
    name = f"{pod}.{uid[:16].replace('-', '')}"
    reason, message = (trouble.reason, trouble.message) if trouble else ("Started", "Started container app")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": str(uuid.uuid4()),
            "creationTimestamp": ago(58),
        },
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": pod, "namespace": namespace, "uid": uid},
        "reason": reason,
        "message": message,
        "type": "Warning" if trouble else "Normal",
        "count": 40 if trouble else 1,
        "firstTimestamp": ago(58),
        "lastTimestamp": ago(2 if trouble else 58),
        "source": {"component": "kubelet", "host": "node-1"},
        "reportingComponent": "kubelet",
    }
    return f"/events/{namespace}/{name}", json.dumps(event).encode()


def _endpoint(pod: str, uid: str, address: str, on: str, *, ready: bool) -> Json:
    return {
        "addresses": [address],
        "conditions": {"ready": ready, "serving": ready, "terminating": False},
        "nodeName": on,
        "targetRef": {"kind": "Pod", "name": pod, "uid": uid},
    }


def _slice(namespace: str, app: str, ends: list[Json]) -> Json:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": f"{app}-x7k2p",
            "namespace": namespace,
            "uid": str(uuid.uuid4()),
            "creationTimestamp": ago(600),
            "labels": {
                "kubernetes.io/service-name": app,
                "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            },
        },
        "addressType": "IPv4",
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
        "endpoints": ends,
    }


async def _surroundings(kubeconfig: str, workloads: list[_Workload]) -> None:
    """What the API server itself must make: namespaces, Services with their addresses, and a few of each other kind."""
    api = await connect(ConnectOptions(kubeconfig=kubeconfig), environment={})
    limiter = anyio.CapacityLimiter(24)

    async def create(path: str, name: str, body: Json, status: Json | None = None) -> None:
        async with limiter:
            await api.create(path, {**body, "metadata": {"name": name}}, user_agent="bench")
            if status:
                there = f"{path}/{name}/status"
                await api.patch(there, {"status": status}, content_type=MERGE_PATCH, user_agent="bench")

    firsts: dict[str, _Workload] = {}
    async with anyio.create_task_group() as group:
        for number in range(NAMESPACES):
            group.start_soon(create, "/api/v1/namespaces", f"team-{number + 1:02d}", Json())
    async with anyio.create_task_group() as group:
        for each in workloads[::2]:
            firsts.setdefault(each.namespace, each)
            path = f"/api/v1/namespaces/{each.namespace}/services"
            port = {"name": "http", "port": 80, "targetPort": "http"}
            group.start_soon(create, path, each.app, {"spec": {"selector": {"app": each.app}, "ports": [port]}})
        for each in firsts.values():
            for path, name, body, status in _of_namespace(each):
                group.start_soon(create, path, name, body, status)
    await api.aclose()


def _of_namespace(each: _Workload) -> Iterator[tuple[str, str, Json, Json | None]]:
    where = f"/namespaces/{each.namespace}"
    backend = {"service": {"name": each.app, "port": {"name": "http"}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    rule = {"host": f"{each.namespace}.example.com", "http": {"paths": [path]}}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": f"{each.app}-{each.track}"}
    scaling = {"scaleTargetRef": target, "minReplicas": 10, "maxReplicas": 20}
    able = [{"type": "AbleToScale", "status": "True"}, {"type": "ScalingActive", "status": "True"}]
    load = {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 40}}}
    budget = {"maxUnavailable": 2, "selector": {"matchLabels": {"app": each.app}}}
    spent = {"currentHealthy": 20, "desiredHealthy": 18, "disruptionsAllowed": 2, "expectedPods": 20}
    yield f"/api/v1{where}/configmaps", "settings", {"data": {"log-level": "info"}}, None
    yield f"/api/v1{where}/secrets", "credentials", {"stringData": {"password": "of the bench"}}, None
    yield f"/apis/networking.k8s.io/v1{where}/ingresses", "web", {"spec": {"rules": [rule]}}, None
    yield f"/apis/policy/v1{where}/poddisruptionbudgets", each.app, {"spec": budget}, {**spent, "observedGeneration": 1}
    scaled = {"currentReplicas": 10, "desiredReplicas": 10, "conditions": able, "currentMetrics": [load]}
    yield f"/apis/autoscaling/v2{where}/horizontalpodautoscalers", each.app, {"spec": scaling}, scaled
