"""What every cluster of the tests has from the start: kwok's resources and stages, nodes, metrics, who may read."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import yaml

from tests.controlplane.api import Api, ApiError, Json
from tests.controlplane.components import CONF, Layout
from tests.controlplane.nodes import NODES, node
from tests.controlplane.waiting import wait_for

KWOK = "/apis/kwok.x-k8s.io/v1alpha1"
RBAC = "/apis/rbac.authorization.k8s.io/v1"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
VIEWER = "viewer"
SHOP = "shop"


def documents(folder: Path, **values: str) -> Iterable[Json]:
    """The YAML documents of a file or of all files of a folder; `@NAME@` stands for a value."""
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else [folder]:
        text = path.read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", value)
        yield from cast("Iterable[Json]", yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def create_when_served(api: Api, path: str, body: Json) -> None:
    """Create an object of a kind that the API server may have learnt only a moment ago."""

    def create() -> bool:
        try:
            api.create(path, body)
        except ApiError as error:
            if error.status == 409:  # an earlier try arrived after all
                return True
            raise
        return True

    wait_for(f"{body['kind']} {body['metadata']['name']} created", create)


def kwok_resources(api: Api, crds: Path, stages: Path, logs: Path) -> None:
    """Kinds first, then kwok's stock stages, then ours."""
    for crd in documents(crds):
        api.create(CRDS, crd)
    kubelet = documents(CONF / "kubelet.yaml", LOGS=str(logs))
    for each in (*documents(stages), *documents(CONF / "stages", LOGS=str(logs)), *kubelet):
        create_when_served(api, f"{KWOK}/{_plural(each['kind'])}", each)


def nodes(api: Api) -> None:
    for name in NODES:
        api.create("/api/v1/nodes", node(name))


def metrics_api(api: Api, port: int, authority: bytes) -> None:
    """Send metrics.k8s.io to metrics-server. An ExternalName, since EndpointSlices refuse loopback addresses."""
    meta = {"name": "metrics-server", "namespace": "kube-system"}
    spec: Json = {"type": "ExternalName", "externalName": "localhost", "ports": [{"name": "https", "port": port}]}
    service: Json = {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": spec}
    create_when_served(api, "/api/v1/namespaces/kube-system/services", service)
    api.create(
        "/apis/apiregistration.k8s.io/v1/apiservices",
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": "v1beta1.metrics.k8s.io"},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "caBundle": base64.b64encode(authority).decode(),
                "service": {**meta, "port": port},
            },
        },
    )


def viewer(api: Api) -> None:
    """The read-only user: sees namespace shop, and nothing else."""
    api.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SHOP}})
    for each in documents(CONF / "viewer.yaml"):
        api.create(f"{RBAC}/namespaces/{SHOP}/{_plural(each['kind'])}", each)


def is_usable(api: Api, layout: Layout) -> bool:
    """Whether what the controllers and kwok must do first is done."""
    if layout.has("kube-controller-manager"):
        api.get(f"/api/v1/namespaces/{SHOP}/serviceaccounts/default")
    return not layout.has("kwok") or all(_is_ready(each) for each in api.get("/api/v1/nodes")["items"])


def _is_ready(a_node: Json) -> bool:
    tainted = a_node["spec"].get("taints")  # until the controller manager has seen it ready
    conditions = a_node["status"].get("conditions", [])
    return not tainted and any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def _plural(kind: str) -> str:
    return kind.lower() + ("" if kind.endswith("s") else "s")
