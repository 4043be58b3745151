"""The same steps against a real API server: its managed fields, its discovery, its metadata lists, its refusals."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from incident_mcp.settings import load_settings
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.diagnosis import diagnose_workload
from incident_mcp.workflow.objects import ObjectReply, read_object
from incident_mcp.workflow.what_changed import what_changed
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.scenario import BadRollout, bad_rollout

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.tests.example.com}
spec:
  group: tests.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wdg]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
"""
WIDGET = """
apiVersion: tests.example.com/v1
kind: Widget
metadata: {name: one}
spec: {size: 3, apiToken: hunter2-correct-horse}
"""
RELEASE = """
apiVersion: v1
kind: Secret
metadata:
  name: sh.helm.release.v1.shop.v4
  labels: {owner: helm, name: shop, status: failed, version: "4"}
type: helm.sh/release.v1
data: {release: aHVudGVyMi1jb3JyZWN0LWhvcnNl}
"""


@asynccontextmanager
async def at_desk(kubeconfig: Path, home: Path) -> AsyncGenerator[Desk]:
    desk = await open_desk(load_settings(kubeconfig=str(kubeconfig), home=home), {})
    try:
        yield desk
    finally:
        await desk.api.aclose()


@pytest.fixture
async def desk(control_plane: ControlPlane, tmp_path: Path) -> AsyncGenerator[Desk]:
    async with at_desk(control_plane.kubeconfig, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shop(control_plane: ControlPlane) -> Iterator[BadRollout]:
    control_plane.require("controllers", "faults")
    with control_plane.new_namespace() as name:
        yield bad_rollout(control_plane, name)


async def test_the_rollout_is_the_likeliest_of_all_that_happened_in_its_second(shop: BadRollout, desk: Desk) -> None:
    answer = await what_changed(desk, desk.person, namespace=shop.namespace, hours=1, incident=None)
    assert answer.changes[0].what == "rollout 6 -> 7, field manager deploy-bot: image checkout:1.41 -> 1.42"
    assert answer.changes[0].relation == "fails"


async def test_changes_are_told_from_managed_fields_and_labels(
    control_plane: ControlPlane, namespace: str, desk: Desk
) -> None:
    control_plane.require("controllers")
    for command in (
        ["create", "configmap", "settings", "--from-literal=a=b"],
        ["create", "quota", "small", "--hard=pods=100"],
        ["create", "deployment", "web", "--image=registry.example/web:1"],
        ["create", "deployment", "api", "--image=registry.example/api:1"],
        ["rollout", "status", "deployment/web", "--timeout=20s"],
        ["rollout", "status", "deployment/api", "--timeout=20s"],
        ["set", "image", "deployment/web", "web=registry.example/web:2"],
        ["scale", "deployment/api", "--replicas=3"],
        ["rollout", "status", "deployment/api", "--timeout=20s"],
        ["annotate", "configmap", "settings", "note=only"],
    ):
        control_plane.kubectl("-n", namespace, *command)
    control_plane.apply(RELEASE, namespace)
    answer = await what_changed(desk, desk.person, namespace=namespace, hours=1, incident=None)
    told = {(one.target.kind, one.target.name, one.what): one.by for one in answer.changes}
    assert told["ConfigMap", "settings", "created"] == "kubectl-create"
    assert told["ResourceQuota", "small", "created"] == "kubectl-create"
    assert told["HelmRelease", "shop", "revision 4 failed"] == "helm"
    assert ("Deployment", "api", "replicas 1 -> 3") in told
    assert ("Deployment", "web", "rollout 1 -> 2, field manager kubectl-set: image web:1 -> 2") in told
    assert ("ConfigMap", "kube-root-ca.crt", "created") not in told


async def test_the_whole_cluster_is_read_too_and_says_nothing_of_its_own_housekeeping(
    shop: BadRollout, desk: Desk
) -> None:
    answer = await what_changed(desk, desk.person, namespace=None, hours=1, incident=None)
    assert all("traffic" in line for line in answer.not_checked)
    assert answer.changes[0].target.name == "checkout"
    assert not any(one.target.name.startswith("system:") for one in answer.changes)


async def test_a_workload_is_diagnosed_down_to_the_call(shop: BadRollout, desk: Desk) -> None:
    answer = await diagnose_workload(
        desk, desk.person, kind="deploy", namespace=shop.namespace, name="checkout", incident=None
    )
    assert answer.findings[0].cause == "missing-environment"
    assert answer.propose
    assert answer.propose.arguments["revision"] == shop.good_revision
    assert {line.state for line in answer.checklist} == {"found", "ruled out"}


async def test_a_viewer_is_told_what_was_not_checked(
    shop: BadRollout, control_plane: ControlPlane, tmp_path: Path
) -> None:
    control_plane.let_view(shop.namespace)
    async with at_desk(control_plane.viewer_kubeconfig, tmp_path / "viewer") as desk:
        answer = await what_changed(desk, desk.person, namespace=shop.namespace, hours=1, incident=None)
    assert any("Forbidden: list secrets" in missed for missed in answer.not_checked)
    assert answer.changes[0].relation == "fails"


async def test_a_custom_resource_is_found_by_any_of_its_names(
    control_plane: ControlPlane, namespace: str, desk: Desk
) -> None:
    control_plane.require("users")
    control_plane.kubectl("apply", "-f", "-", input=WIDGETS)
    control_plane.kubectl("wait", "--for=condition=Established", "crd/widgets.tests.example.com", "--timeout=20s")
    control_plane.wait("widgets are served", lambda: "widgets" in control_plane.kubectl("api-resources", "-o", "name"))
    control_plane.apply(WIDGET, namespace)

    async def read(kind: str, name: str | None) -> ObjectReply:
        return await read_object(
            desk, desk.person, kind=kind, name=name, namespace=namespace, selector=None, field=None, incident=None
        )

    one = await read("wdg", "one")
    table = await read("widgets.tests.example.com", None)
    control_plane.kubectl("delete", "crd", "widgets.tests.example.com", "--wait=false")
    assert one.summary == (f"{desk.cluster}: Widget {namespace}/one, short form.",)
    assert "size: 3" in one.object
    assert "hunter2" not in one.object
    assert table.table.splitlines()[1:3] == ["Name | Size", "one | 3"]
