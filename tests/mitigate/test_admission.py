"""What the workload's own dry run never asks: whether a pod of the target template would be taken, on a real API
server; and that nothing of the asking stays.
"""

from pathlib import Path

import pytest

from tests.contract.cluster import Cluster, real_cluster
from tests.contract.desk import desk
from tests.contract.shop import Workload, workload
from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane


@pytest.fixture
def cluster(control_plane: ControlPlane) -> Cluster:
    return real_cluster(control_plane)


@pytest.fixture
def rolled(cluster: Cluster, namespace: str) -> Workload:
    made = workload(cluster, namespace, "Deployment", replicas=1)
    made.set_image("2")
    made.wait_ready()
    return made


async def warnings(one: Workload, home: Path) -> tuple[str, ...]:
    async with desk(one.cluster, home) as here:
        return (await here.planned("rollback_workload", **one.arguments, revision=1)).draft.warnings


async def test_nothing_in_the_way_raises_no_warning_and_leaves_no_pod(rolled: Workload, tmp_path: Path) -> None:
    before = rolled.kubectl("get", "pods", "-o", "name")
    assert await warnings(rolled, tmp_path) == ()
    assert rolled.kubectl("get", "pods", "-o", "name") == before
    assert not [one for one in rolled.cluster.ours(rolled.namespace) if one.wrote]


async def test_a_pod_security_level_that_refuses_the_pods(rolled: Workload, tmp_path: Path) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    rolled.cluster.plane.kubectl("label", "namespace", rolled.namespace, label)
    [warning] = await warnings(rolled, tmp_path)
    assert warning.startswith("a new pod would be refused:")
    assert "violates PodSecurity" in warning


async def test_a_level_that_takes_them_raises_none(rolled: Workload, tmp_path: Path) -> None:
    label = "pod-security.kubernetes.io/enforce=baseline"
    rolled.cluster.plane.kubectl("label", "namespace", rolled.namespace, label)
    assert await warnings(rolled, tmp_path) == ()


@pytest.mark.parametrize(("most", "refused"), [("1", True), ("3", False)])
async def test_a_quota_that_is_full(rolled: Workload, tmp_path: Path, most: str, refused: bool) -> None:
    quota: Json = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "team"},
        "spec": {"hard": {"pods": most}},
    }
    rolled.cluster.plane.apply(quota, rolled.namespace)
    path = f"/api/v1/namespaces/{rolled.namespace}/resourcequotas/team"
    rolled.cluster.plane.wait("it is counted", lambda: rolled.cluster.read(path).get("status", {}).get("used"))
    told = await warnings(rolled, tmp_path)
    assert bool(told) is refused
    if refused:
        assert "exceeded quota: team" in told[0]


async def test_a_limit_range_that_refuses_a_container(rolled: Workload, tmp_path: Path) -> None:
    limit = {"type": "Container", "max": {"memory": "32Mi"}}
    thing: Json = {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "team"}, "spec": {"limits": [limit]}}
    rolled.cluster.plane.apply(thing, rolled.namespace)
    async with desk(rolled.cluster, tmp_path) as here:
        wide = await here.planned("set_resources", **rolled.arguments, memory_limit="64Mi")
        fits = await here.planned("set_resources", **rolled.arguments, memory_limit="16Mi")
    assert "maximum memory usage per Container is 32Mi" in wide.draft.warnings[0]
    assert fits.draft.warnings == ()


async def test_without_the_right_to_create_pods_the_plan_says_that_it_is_not_checked(
    rolled: Workload, tmp_path: Path
) -> None:
    label = "pod-security.kubernetes.io/enforce=restricted"
    rolled.cluster.plane.kubectl("label", "namespace", rolled.namespace, label)
    rolled.cluster.let_view(rolled.namespace)
    async with desk(rolled.cluster, tmp_path, kubeconfig=rolled.cluster.viewer) as here:
        shown = await here.call(
            "preview_change", tool="rollback_workload", arguments={**rolled.arguments, "revision": 1}
        )
    [line] = [line for line in shown["page"] if line.startswith("│ unchecked")]
    assert "whether its pods would be taken: viewer may not create pods in namespace" in line
    assert "would be refused" not in "".join(line for line in shown["page"] if "warnings" in line)


async def test_what_can_be_asked_is_not_called_unchecked(rolled: Workload, tmp_path: Path) -> None:
    async with desk(rolled.cluster, tmp_path) as here:
        assert (await here.planned("rollback_workload", **rolled.arguments, revision=1)).draft.unchecked == ()
