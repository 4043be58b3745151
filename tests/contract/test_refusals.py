"""What makes no sense, or is not allowed, is a clear error with a next step; nobody is asked, nothing is written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.cluster import Cluster
from tests.contract.desk import desk
from tests.contract.shop import Workload, workload

ROLLBACK, SCALE, HISTORY, LOGS = "rollback_workload", "scale_workload", "rollout_history", "analyze_logs"
READS = (HISTORY, LOGS)
WRITES = (ROLLBACK, SCALE)


@pytest.fixture(scope="module")
def paused(cluster: Cluster) -> Iterator[Workload]:
    """A Deployment at revision 2 whose rollouts are paused."""
    with cluster.plane.new_namespace("contract") as name:
        made = workload(cluster, name, "Deployment", replicas=0)
        made.set_image("2")
        made.kubectl("rollout", "pause", made.typed)
        yield made


def arguments(tool: str, **more: Any) -> dict[str, Any]:
    return {"replicas": 3, **more} if tool == SCALE else more


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "Deploymnt"}, ("'Deploymnt' is not a kind of workload", "Did you mean Deployment?")),
        (
            {"kind": "Service"},
            ("'Service' is not a kind of workload", "Known kinds: Deployment, StatefulSet, DaemonSet"),
        ),
        ({"name": "chekout"}, (" has no Deployment ", "/chekout. ", "Did you mean checkout?")),
        ({"name": "zzz"}, ("/zzz. ", "There are: cart, catalog, checkout, payment.")),
        ({"kind": "StatefulSet"}, ("/checkout. ", "There is a Deployment of this name: use kind Deployment.")),
        ({"name": "../secrets"}, ("is not a name that Kubernetes accepts", "Check the object's name.")),
    ],
    ids=["misspelt kind", "other kind", "near miss", "no such name", "name of another kind", "path"],
)
async def test_a_workload_that_is_not_there(
    checkout: Workload, tmp_path: Path, wrong: dict[str, str], told: tuple[str, ...]
) -> None:
    async with desk(checkout.cluster, tmp_path) as here:
        for tool in (*READS, *WRITES):
            text = await here.refused(tool, **arguments(tool, **checkout.arguments | wrong))
            assert [part for part in told if part not in text] == [], text
            assert "Nothing was changed." in text
    assert here.questions == []


async def test_a_namespace_that_is_not_there(checkout: Workload, tmp_path: Path) -> None:
    missing = checkout.namespace[:-1] + "x"
    async with desk(checkout.cluster, tmp_path) as here:
        for tool in (*READS, *WRITES):
            text = await here.refused(tool, **arguments(tool, **checkout.arguments | {"namespace": missing}))
            assert f"has no namespace {missing}. " in text
            assert "Did you mean " in text
            assert checkout.namespace in text


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        (99, ("has no revision 99. ", "Revisions: 7 (current), 6, 5, 4, 3, 2, 1.")),
        (7, ("Revision 7 is the current one of Deployment ", "Use revision 6.", "Revisions: 7 (current), 6, ")),
        (0, ("revision", "greater than or equal to 1")),
        (-1, ("revision", "greater than or equal to 1")),
        ("six", ("revision", "integer")),
    ],
)
async def test_a_revision_that_nobody_can_go_back_to(
    checkout: Workload, tmp_path: Path, revision: Any, told: tuple[str, ...]
) -> None:
    async with desk(checkout.cluster, tmp_path) as here:
        wrong = {**checkout.arguments, "revision": revision}
        for text in (
            await here.refused(ROLLBACK, **wrong),
            await here.refused("preview_change", tool=ROLLBACK, arguments=wrong),
        ):
            assert [part for part in told if part not in text] == [], text
            assert "Nothing was changed." in text
    assert here.questions == []


@pytest.mark.parametrize(
    ("kind", "name", "replicas", "told"),
    [
        ("Deployment", "checkout", -1, ("replicas", "greater than or equal to 0")),
        ("Deployment", "checkout", 2**31, ("look like a slip", "Scale in smaller steps.")),
        ("Deployment", "checkout", 31, ("look like a slip", "has 3, and one step may go up to 30")),
        ("Deployment", "checkout", 3, ("has 3 replicas already.", "Name another count.")),
        ("Deployment", "checkout", "three", ("replicas", "integer")),
        ("DaemonSet", "log-agent", 3, ("has one pod a node and can't be scaled.", "Change its node selector")),
    ],
)
async def test_a_count_that_makes_no_sense(
    checkout: Workload, tmp_path: Path, kind: str, name: str, replicas: Any, told: tuple[str, ...]
) -> None:
    wrong = {"kind": kind, "namespace": checkout.namespace, "name": name, "replicas": replicas}
    async with desk(checkout.cluster, tmp_path) as here:
        for text in (
            await here.refused(SCALE, **wrong),
            await here.refused("preview_change", tool=SCALE, arguments=wrong),
        ):
            assert [part for part in told if part not in text] == [], text
            assert "Nothing was changed." in text
    assert here.questions == []


@pytest.mark.parametrize(("kind", "name"), [("StatefulSet", "db"), ("DaemonSet", "log-agent")])
async def test_without_an_earlier_revision_there_is_no_way_back(
    checkout: Workload, tmp_path: Path, kind: str, name: str
) -> None:
    async with desk(checkout.cluster, tmp_path) as here:
        text = await here.refused(ROLLBACK, kind=kind, namespace=checkout.namespace, name=name)
    assert "has no earlier revision to go back to." in text
    assert "Revisions: 1 (current)." in text


async def test_a_paused_rollout_is_resumed_first(paused: Workload, tmp_path: Path) -> None:
    async with desk(paused.cluster, tmp_path) as here:
        text = await here.refused(ROLLBACK, **paused.arguments)
    assert "Resume it first: pause_rollout with paused false" in text
    assert f"kubectl -n {paused.namespace} rollout resume deployment/app" in text


async def test_a_namespace_that_the_user_may_not_read(checkout: Workload, cluster: Cluster, tmp_path: Path) -> None:
    hidden = {"namespace": "kube-system"}
    named = hidden | {"kind": "Deployment", "name": "coredns"}
    async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
        refused = [await here.refused(tool, **arguments(tool, **named)) for tool in (*READS, *WRITES)]
        refused.append(await here.refused("check_health", **hidden))
    for text in refused:
        assert "may not" in text
        assert "kube-system" in text
        assert "doctor" in text, "the next step"
        assert "Nothing was changed." in text
    assert here.questions == []


async def test_who_may_only_read_is_not_asked_for_a_change(
    checkout: Workload, cluster: Cluster, tmp_path: Path
) -> None:
    cluster.let_view(checkout.namespace)
    async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
        text = await here.refused(ROLLBACK, **checkout.arguments)
        assert f"viewer may not patch deployments.apps in namespace {checkout.namespace}" in text
        assert "Nobody was asked." in text
        assert "doctor --rbac" in text
        text = await here.refused(SCALE, **checkout.arguments, replicas=5)
        assert f"viewer may not get deployments/scale.apps in namespace {checkout.namespace}" in text
        assert "doctor" in text
        shown = await here.call("preview_change", tool=ROLLBACK, arguments={**checkout.arguments, "revision": 6})
        assert "may not patch" in shown["summary"][1]
    assert here.questions == []


async def test_no_refusal_above_wrote_anything(checkout: Workload) -> None:
    assert [asked for asked in checkout.cluster.ours(checkout.namespace) if asked.wrote] == []
