"""What Argo CD and Flux did, from their own objects on a real API server; where they are not, nothing is said."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.workflow.what_changed import what_changed
from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane
from tests.workflow.test_on_a_real_api_server import at_desk

KINDS = (
    ("argoproj.io", "v1alpha1", "Application", "applications"),
    ("kustomize.toolkit.fluxcd.io", "v1", "Kustomization", "kustomizations"),
    ("helm.toolkit.fluxcd.io", "v2", "HelmRelease", "helmreleases"),
)
COMMIT = "4be12a9f00000000000000000000000000000000"


def definition(group: str, version: str, kind: str, plural: str) -> Json:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    serves = {"name": version, "served": True, "storage": True, "schema": schema}
    names = {"plural": plural, "kind": kind, "singular": kind.lower(), "listKind": f"{kind}List"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, a test"},
        },
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [serves]},
    }


@pytest.fixture
def gitops(control_plane: ControlPlane) -> Iterator[None]:
    control_plane.require("users")  # on a borrowed cluster they may be installed
    for kind in KINDS:
        control_plane.apply(definition(*kind))
        control_plane.kubectl("wait", "--for=condition=Established", f"crd/{kind[3]}.{kind[0]}", "--timeout=20s")
    control_plane.wait(
        "they are served", lambda: "helmreleases" in control_plane.kubectl("api-resources", "-o", "name")
    )
    yield
    for _, _, _, plural in KINDS:
        group = next(each[0] for each in KINDS if each[3] == plural)
        control_plane.kubectl("delete", "crd", f"{plural}.{group}", "--wait=false")


def served(control_plane: ControlPlane) -> str:
    return control_plane.kubectl("api-resources", "-o", "name")


def thing(kind: tuple[str, str, str, str], spec: Json, status: Json) -> Json:
    metadata = {"name": "shop"}
    return {"apiVersion": f"{kind[0]}/{kind[1]}", "kind": kind[2], "metadata": metadata, "spec": spec, "status": status}


def things(namespace: str) -> list[Any]:
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    argo, kustomize, helm = KINDS
    operation = {"phase": "Succeeded", "finishedAt": now, "syncResult": {"revision": COMMIT}, "message": "ignore rules"}
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": now}
    newest = {"chartVersion": "1.2.3", "status": "deployed", "lastDeployed": now}
    return [
        thing(argo, {"destination": {"namespace": namespace}}, {"operationState": operation}),
        thing(kustomize, {}, {"lastAppliedRevision": "main@sha1:4be12a9", "conditions": [ready]}),
        thing(helm, {}, {"history": [newest]}),
    ]


async def told(control_plane: ControlPlane, home: Path, namespace: str) -> dict[str, str]:
    async with at_desk(control_plane.kubeconfig, home) as desk:
        answer = await what_changed(desk, desk.person, namespace=namespace, hours=1, incident=None)
    assert all("traffic" in line for line in answer.not_checked)
    return {f"{one.target.kind} {one.target.name}": one.what for one in answer.changes if one.kind == "sync"}


async def test_the_last_sync_of_each_is_told_with_its_revision(
    control_plane: ControlPlane, gitops: None, namespace: str, tmp_path: Path
) -> None:
    for each in things(namespace):
        control_plane.apply(each, namespace)
    assert await told(control_plane, tmp_path, namespace) == {
        "Application shop": "sync to 4be12a9f0000 succeeded",
        "Kustomization shop": "applied main@sha1:4be12a9",
        "HelmRelease shop": "release 1.2.3 deployed",
    }


async def test_where_neither_is_installed_nothing_is_said(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("users")
    control_plane.wait("they are gone", lambda: "fluxcd" not in served(control_plane))
    assert await told(control_plane, tmp_path, namespace) == {}
