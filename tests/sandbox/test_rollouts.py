"""Deployments, StatefulSets and DaemonSets move as their controllers do."""

from typing import Any

import pytest

from tests.sandbox.client import APPS, CHECKOUT, CORE, JSON_PATCH, STRATEGIC_PATCH, Kube

REVISION = "deployment.kubernetes.io/revision"


def _image(container: str, image: str) -> Any:
    return {"spec": {"template": {"spec": {"containers": [{"name": container, "image": image}]}}}}


async def _sets(kube: Kube, app: str) -> dict[str, int]:
    """Revision -> wanted replicas."""
    items = (await kube.get(f"{APPS}/replicasets?labelSelector=app={app}"))["items"]
    return {item["metadata"]["annotations"][REVISION]: item["spec"]["replicas"] for item in items}


async def test_a_rollback_renumbers_the_old_replica_set(bad: Kube) -> None:
    before = {
        item["metadata"]["uid"] for item in (await bad.get(f"{APPS}/replicasets?labelSelector=app=checkout"))["items"]
    }
    await bad.undo(6)
    sets = (await bad.get(f"{APPS}/replicasets?labelSelector=app=checkout"))["items"]
    assert {item["metadata"]["uid"] for item in sets} == before, "none is made anew"
    assert sorted(item["metadata"]["annotations"][REVISION] for item in sets) == ["1", "2", "3", "4", "5", "7", "8"]
    eighth = next(item for item in sets if item["metadata"]["annotations"][REVISION] == "8")
    assert eighth["metadata"]["annotations"]["deployment.kubernetes.io/revision-history"] == "6"
    assert (await bad.get(CHECKOUT))["metadata"]["annotations"][REVISION] == "8"


async def test_generation_moves_with_the_annotations_of_a_deployment(bad: Kube) -> None:
    before = (await bad.get(CHECKOUT))["metadata"]["generation"]
    await bad.patch(CHECKOUT, {"metadata": {"annotations": {"note": "x"}}})
    live = await bad.get(CHECKOUT)
    assert live["metadata"]["generation"] == live["status"]["observedGeneration"] == before + 1


async def test_generation_moves_with_the_specification_and_not_with_labels(bad: Kube) -> None:
    before = (await bad.get(CHECKOUT))["metadata"]["generation"]
    await bad.patch(CHECKOUT, {"metadata": {"labels": {"note": "x"}}})
    assert (await bad.get(CHECKOUT))["metadata"]["generation"] == before
    answer = await bad.undo(6)
    assert answer.json["metadata"]["generation"] == before + 1
    assert answer.json["status"]["observedGeneration"] == before, "the controller has not looked yet"
    assert (await bad.get(CHECKOUT))["status"]["observedGeneration"] == before + 1


async def test_a_rolling_update_keeps_within_surge_and_unavailable(well: Kube) -> None:
    await well.patch(
        f"{APPS}/deployments/frontend", _image("frontend", "registry.example/shop/frontend:4.12"), STRATEGIC_PATCH
    )
    seen: list[tuple[int, int]] = []
    status: Any = {}
    for _ in range(60):
        well.cluster.advance(0.5)
        status = (await well.get(f"{APPS}/deployments/frontend"))["status"]
        seen.append((status["replicas"], status["availableReplicas"]))
        if status["updatedReplicas"] == 3 and status["replicas"] == 3 and status["availableReplicas"] == 3:
            break
    assert {total for total, _ in seen} == {3, 4}, "25 % of 3, rounded up, is one more"
    assert min(available for _, available in seen) == 3, "25 % of 3, rounded down, is none less"
    assert await _sets(well, "frontend") == {"1": 0, "2": 3}
    progressing = next(i for i in status["conditions"] if i["type"] == "Progressing")
    assert progressing["reason"] == "NewReplicaSetAvailable"


async def test_recreate_stops_the_old_before_it_starts_the_new(well: Kube) -> None:
    path = f"{APPS}/deployments/cart"
    await well.patch(path, {"spec": {"strategy": {"type": "Recreate", "rollingUpdate": None}}})
    await well.patch(path, _image("cart", "registry.example/shop/cart:5.1"), STRATEGIC_PATCH)
    assert await _sets(well, "cart") == {"1": 0}
    well.cluster.advance(1)
    assert await _sets(well, "cart") == {"1": 0, "2": 2}


async def test_history_is_cut_at_its_limit(well: Kube) -> None:
    await well.patch(CHECKOUT, {"spec": {"revisionHistoryLimit": 2}})
    assert sorted(await _sets(well, "checkout")) == ["4", "5", "6"]


async def test_a_paused_deployment_scales_but_does_not_roll(well: Kube) -> None:
    path = f"{APPS}/deployments/cart"
    await well.patch(path, {"spec": {"paused": True}})
    await well.patch(path, _image("cart", "registry.example/shop/cart:5.1"), STRATEGIC_PATCH)
    await well.patch(f"{path}/scale", {"spec": {"replicas": 4}})
    assert await _sets(well, "cart") == {"1": 4}
    condition = next(i for i in (await well.get(path))["status"]["conditions"] if i["type"] == "Progressing")
    assert (condition["status"], condition["reason"]) == ("Unknown", "DeploymentPaused")
    await well.patch(path, {"spec": {"paused": False}})
    well.cluster.advance(30)
    assert await _sets(well, "cart") == {"1": 0, "2": 4}


async def test_scaling_in_mid_rollout_is_shared_by_both(well: Kube) -> None:
    path = f"{APPS}/deployments/frontend"
    await well.patch(path, _image("frontend", "registry.example/shop/frontend:nope"), STRATEGIC_PATCH)
    assert await _sets(well, "frontend") == {"1": 3, "2": 1}
    await well.patch(f"{path}/scale", {"spec": {"replicas": 9}})
    sizes = await _sets(well, "frontend")
    assert sum(sizes.values()) == 12
    assert sizes["1"] > sizes["2"] > 1


async def test_scale_to_zero_and_back(well: Kube) -> None:
    scale = await well.patch(f"{CHECKOUT}/scale", {"spec": {"replicas": 0}})
    assert scale.json["spec"] == {}
    well.cluster.advance(2)
    assert await well.names(f"{CORE}/pods?labelSelector=app=checkout") == []
    await well.patch(f"{CHECKOUT}/scale", {"spec": {"replicas": 2}})
    well.cluster.advance(6)
    assert (await well.get(f"{CHECKOUT}/scale"))["status"] == {"replicas": 2, "selector": "app=checkout"}


async def test_a_deleted_deployment_takes_its_pods_along(well: Kube) -> None:
    answer = await well.ask("DELETE", f"{APPS}/deployments/cart")
    assert answer.json["status"] == "Success"
    assert answer.json["details"]["kind"] == "deployments"
    well.cluster.advance(2)
    assert await _sets(well, "cart") == {}
    assert await well.names(f"{CORE}/pods?labelSelector=app=cart") == []


@pytest.mark.parametrize(
    ("path", "name", "owned"),
    [
        (f"{APPS}/deployments", "cart", f"{APPS}/replicasets"),
        ("/apis/apps/v1/namespaces/payments/statefulsets", "payments-db", "/api/v1/namespaces/payments/pods"),
        (
            "/apis/apps/v1/namespaces/kube-system/daemonsets",
            "kube-proxy",
            "/apis/apps/v1/namespaces/kube-system/controllerrevisions",
        ),
    ],
    ids=["Deployment", "StatefulSet", "DaemonSet"],
)
async def test_what_was_orphaned_is_adopted_by_the_next_of_that_name(
    well: Kube, path: str, name: str, owned: str
) -> None:
    async def owners() -> dict[str, list[str]]:
        items = (await well.get(owned))["items"]
        return {
            item["metadata"]["name"]: [owner["uid"] for owner in item["metadata"].get("ownerReferences", [])]
            for item in items
            if item["metadata"]["name"].startswith(f"{name}-")
        }

    old = await well.get(f"{path}/{name}")
    before = await owners()
    await well.ask("DELETE", f"{path}/{name}", {"propagationPolicy": "Orphan"})
    assert await owners() == {key: [] for key in before}
    made = await well.ask("POST", path, {"metadata": {"name": name}, "spec": old["spec"]})
    assert made.code == 201, made.text
    assert await owners() == {key: [made.json["metadata"]["uid"]] for key in before}


async def test_a_stateful_set_goes_from_the_highest_number_down(well: Kube) -> None:
    path = "/apis/apps/v1/namespaces/payments/statefulsets/payments-db"
    pods = "/api/v1/namespaces/payments/pods?labelSelector=app=payments-db"
    await well.patch(f"{path}/scale", {"spec": {"replicas": 3}})
    assert await well.names(pods) == ["payments-db-0", "payments-db-1"], "the third waits for the second"
    well.cluster.advance(40)
    assert len(await well.names(pods)) == 3
    await well.patch(path, _image("postgres", "postgres:17.7"), STRATEGIC_PATCH)
    assert [row["Status"] for row in await well.rows(pods)] == ["Running", "Running", "Terminating"]
    status = (await well.get(path))["status"]
    assert status["currentRevision"] != status["updateRevision"]
    well.cluster.advance(90)
    status = (await well.get(path))["status"]
    assert status["currentRevision"] == status["updateRevision"]
    assert status["updatedReplicas"] == 3


async def test_a_broken_stateful_set_waits_for_its_pod_to_be_deleted_after_an_undo(well: Kube) -> None:
    path = "/apis/apps/v1/namespaces/payments/statefulsets/payments-db"
    before = (await well.get(path))["spec"]["template"]
    await well.patch(path, _image("postgres", "postgres:broken"), STRATEGIC_PATCH)
    well.cluster.advance(10)
    await well.patch(path, [{"op": "replace", "path": "/spec/template", "value": before}], JSON_PATCH)
    well.cluster.advance(30)
    pod = "/api/v1/namespaces/payments/pods/payments-db-0"
    assert (await well.get(pod))["spec"]["containers"][0]["image"] == "postgres:broken"
    await well.ask("DELETE", pod)
    well.cluster.advance(20)
    assert (await well.get(pod))["status"]["containerStatuses"][0]["ready"] is True


async def test_an_old_template_gets_the_newest_revision_number(well: Kube) -> None:
    path = "/apis/apps/v1/namespaces/payments/statefulsets/payments-db"
    revisions = "/apis/apps/v1/namespaces/payments/controllerrevisions"
    first = (await well.get(revisions))["items"][0]
    await well.patch(path, _image("postgres", "postgres:17.7"), STRATEGIC_PATCH)
    well.cluster.advance(20)
    answer = await well.patch(path, first["data"], STRATEGIC_PATCH)
    assert answer.code == 200
    found = {item["metadata"]["name"]: item["revision"] for item in (await well.get(revisions))["items"]}
    assert sorted(found.values()) == [2, 3]
    assert found[first["metadata"]["name"]] == 3


async def test_a_daemon_set_is_replaced_node_by_node(well: Kube) -> None:
    path = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"
    await well.patch(path, _image("kube-proxy", "registry.k8s.io/kube-proxy:v1.37.3"), STRATEGIC_PATCH)
    pods = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app=kube-proxy"
    assert [row["Status"] for row in await well.rows(pods)].count("Terminating") == 1
    status: Any = {}
    for _ in range(40):
        well.cluster.advance(0.5)
        status = (await well.get(path))["status"]
        assert status["numberReady"] >= 2
    assert status["updatedNumberScheduled"] == 3
    revisions = "/apis/apps/v1/namespaces/kube-system/controllerrevisions"
    assert sorted(item["revision"] for item in (await well.get(revisions))["items"]) == [1, 2]


async def test_a_new_node_gets_its_daemon_pod(well: Kube) -> None:
    node = (await well.get("/api/v1/nodes/node-1")) | {
        "metadata": {"name": "node-4", "labels": {"kubernetes.io/os": "linux"}}
    }
    assert (await well.ask("POST", "/api/v1/nodes", node)).code == 201
    status = (await well.get("/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy"))["status"]
    assert status["desiredNumberScheduled"] == 4


async def test_a_disruption_budget_counts_what_may_go(well: Kube) -> None:
    budget = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets/frontend"
    assert (await well.get(budget))["status"]["disruptionsAllowed"] == 1
    first, second = (await well.names(f"{CORE}/pods?labelSelector=app=frontend"))[:2]
    dry = {"metadata": {"name": first}, "deleteOptions": {"dryRun": ["All"]}}
    assert (await well.ask("POST", f"{CORE}/pods/{first}/eviction", dry)).code == 201
    assert first in await well.names(f"{CORE}/pods")
    assert (await well.ask("POST", f"{CORE}/pods/{first}/eviction", {"metadata": {"name": first}})).code == 201
    refused = await well.ask("POST", f"{CORE}/pods/{second}/eviction", {"metadata": {"name": second}})
    assert refused.refusal == (
        429,
        "TooManyRequests",
        "Cannot evict pod as it would violate the pod's disruption budget.",
    )
    assert refused.json["details"]["causes"][0]["reason"] == "DisruptionBudget"
    well.cluster.advance(6)
    assert (await well.ask("POST", f"{CORE}/pods/{second}/eviction", {"metadata": {"name": second}})).code == 201
