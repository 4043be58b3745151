"""One approval suspends the sync that would put a change back, and makes the change: on a real API server, with Argo
CD's and Flux's own kinds.
"""

from pathlib import Path
from typing import Any

import pytest

from incident_mcp.vocabulary.refs import Ref
from tests.contract.cluster import Cluster, real_cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import Workload, workload
from tests.controlplane.api import Json
from tests.controlplane.control_plane import ControlPlane
from tests.workflow.test_gitops_changes import KINDS, gitops

__all__ = ["gitops"]
ARGO, KUSTOMIZE, _ = KINDS
POLICY: Json = {"automated": {"selfHeal": True, "prune": True}, "syncOptions": ["ServerSideApply=true"]}


@pytest.fixture
def cluster(control_plane: ControlPlane) -> Cluster:
    return real_cluster(control_plane)


@pytest.fixture
def owned(cluster: Cluster, gitops: None, namespace: str) -> Workload:
    """A Deployment at revision 2 that Argo CD application shop heals."""
    made = workload(cluster, namespace, "Deployment", replicas=0)
    made.set_image("2")
    mark = f"argocd.argoproj.io/tracking-id=shop:apps/Deployment:{namespace}/app"
    made.kubectl("annotate", made.typed, mark)
    app: Json = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "shop"},
        "spec": {"syncPolicy": POLICY},
    }
    cluster.plane.apply(app, namespace)
    return made


def application(one: Workload) -> Any:
    return one.cluster.read(f"/apis/argoproj.io/v1alpha1/namespaces/{one.namespace}/applications/shop")


async def test_without_it_the_plan_warns_and_says_what_to_do_instead(owned: Workload, tmp_path: Path) -> None:
    async with desk(owned.cluster, tmp_path) as here:
        plan = await here.planned("rollback_workload", **owned.arguments)
    assert plan.draft.warnings == (
        "Argo CD application shop heals itself: this would be put back within seconds; suspend its sync first, or "
        "revert the commit in Git instead",
    )
    assert len(plan.draft.writes) == 1


async def test_one_approval_suspends_and_changes_and_one_undo_takes_both_back(owned: Workload, tmp_path: Path) -> None:
    before = owned.live()["spec"]
    async with desk(owned.cluster, tmp_path) as here:
        plan = await here.planned("rollback_workload", **owned.arguments, suspend_sync=True)
        app = Ref(kind="Application", namespace=owned.namespace, name="shop")
        assert [write.target for write in plan.draft.writes] == [app, owned.ref]
        assert plan.draft.warnings == (f"{app} stays suspended until somebody resumes it: undo_action does",)
        changed = await here.call("rollback_workload", **owned.arguments, suspend_sync=True)
        assert (changed["plan"], changed["changed"]) == (plan.id, True)
        assert application(owned)["spec"]["syncPolicy"] == {"syncOptions": ["ServerSideApply=true"]}
        assert owned.live()["spec"] != before
        told = (await here.call("get_incident"))["summary"]
        assert [line for line in told if f"{app} does not sync by itself" in line]
        assert (await here.call("undo_action", plan=plan.id))["changed"] is True
        assert "Left behind" not in str((await here.call("get_incident"))["summary"])
    assert application(owned)["spec"]["syncPolicy"] == POLICY
    assert owned.live()["spec"] == before
    assert len(here.questions) == 2


async def test_a_sync_policy_that_changed_in_between_stops_the_whole_plan(owned: Workload, tmp_path: Path) -> None:
    def slow(params: Any) -> Any:
        patch = '{"spec":{"syncPolicy":{"automated":{"selfHeal":false}}}}'
        owned.kubectl("patch", "application", "shop", "--type=merge", "-p", patch)
        return agrees(params)

    async with desk(owned.cluster, tmp_path, slow, mode="legacy") as here:
        answer = await here.call("rollback_workload", **owned.arguments, suspend_sync=True)
    assert "Not applied" in answer["summary"][0]
    assert not [one for one in owned.cluster.ours(owned.namespace) if one.wrote]


async def test_a_flux_kustomization_is_suspended_by_its_own_field(
    cluster: Cluster, gitops: None, namespace: str, tmp_path: Path
) -> None:
    made = workload(cluster, namespace, "Deployment", replicas=0)
    for part, value in (("name", "shop"), ("namespace", namespace)):
        made.kubectl("label", made.typed, f"kustomize.toolkit.fluxcd.io/{part}={value}")
    thing = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "shop"},
        "spec": {"interval": "10m"},
    }
    cluster.plane.apply(thing, namespace)
    path = f"/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/{namespace}/kustomizations/shop"
    async with desk(cluster, tmp_path) as here:
        shown = await here.planned("scale_workload", **made.arguments, replicas=1)
        assert shown.draft.warnings == (
            f"Flux Kustomization {namespace}/shop puts this back within 10m; revert the commit in Git, or suspend it "
            "first",
        )
        changed = await here.call("scale_workload", **made.arguments, replicas=1, suspend_sync=True)
        assert changed["changed"] is True
        assert cluster.read(path)["spec"] == {"interval": "10m", "suspend": True}
        told = str((await here.call("get_incident"))["summary"])
        assert f"Kustomization {namespace}/shop is suspended" in told
        assert f"{made.ref} has 1 replica instead of 0" in told
        assert (await here.call("undo_action", plan=changed["plan"]))["changed"] is True
    assert cluster.read(path)["spec"] == {"interval": "10m"}
    assert made.live()["spec"]["replicas"] == 0


async def test_what_no_gitops_tool_owns_has_no_sync_to_suspend(
    cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    made = workload(cluster, namespace, "Deployment", replicas=0)
    async with desk(cluster, tmp_path) as here:
        refused = await here.refused("scale_workload", **made.arguments, replicas=1, suspend_sync=True)
    assert "No GitOps sync that could be suspended owns" in refused
    assert here.questions == []
