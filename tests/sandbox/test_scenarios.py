"""What the scenarios look like when one comes to them."""

from typing import Any

from tests.sandbox.client import APPS, CHECKOUT, CORE, Kube, served


async def _workloads(kube: Kube) -> list[Any]:
    kinds = ("deployments", "statefulsets", "daemonsets")
    return [item for kind in kinds for item in (await kube.get(f"/apis/apps/v1/{kind}"))["items"]]


async def test_the_shop_has_three_nodes_nine_workloads_and_twenty_pods(well: Kube) -> None:
    assert len((await well.get("/api/v1/nodes"))["items"]) == 3
    assert len(await _workloads(well)) == 9
    pods = await well.rows("/api/v1/pods")
    assert len(pods) == 20
    assert {(pod["Ready"], pod["Status"], pod["Restarts"]) for pod in pods} == {("1/1", "Running", "0")}


async def test_checkout_is_down_and_everything_else_is_well(bad: Kube) -> None:
    pods = await bad.rows("/api/v1/pods")
    down = [pod for pod in pods if pod["Ready"] == "0/1"]
    assert [(pod["Status"], pod["Age"]) for pod in down] == [("CrashLoopBackOff", "2m30s")] * 3
    assert {pod["Restarts"] for pod in down} <= {"4 (58s ago)", "4 (59s ago)"}
    assert all(pod["Name"].startswith("checkout-") for pod in down)
    assert [row for row in await bad.rows(f"{APPS}/deployments") if row["Ready"].startswith("0")] == [
        {
            "Name": "checkout",
            "Ready": "0/3",
            "Up-to-date": 3,
            "Available": 0,
            "Age": "31d",
            "Containers": "checkout",
            "Images": "registry.example/shop/checkout:1.42",
            "Selector": "app=checkout",
        }
    ]


async def test_the_first_crash_came_nine_seconds_after_the_rollout(bad: Kube) -> None:
    newest = (await bad.get(f"{APPS}/replicasets?labelSelector=app.kubernetes.io/version=1.42"))["items"][0]
    assert newest["metadata"]["creationTimestamp"] == "2026-11-24T02:11:33Z"
    events = (await bad.get(f"{CORE}/events?fieldSelector=reason=Started"))["items"]
    assert min(event["firstTimestamp"] for event in events) == "2026-11-24T02:11:39Z"
    async with served("healthy") as past:  # the same rollout, seen as it happens
        body = {"spec": {"template": {"spec": {"containers": [{"name": "checkout", "image": _image("1.42")}]}}}}
        await past.patch(CHECKOUT, body, "application/strategic-merge-patch+json")
        past.cluster.advance(9.0)
        assert not await _crashed(past)
        past.cluster.advance(0.9)
        assert len(await _crashed(past)) == 3


def _image(tag: str) -> str:
    return f"registry.example/shop/checkout:{tag}"


async def _crashed(kube: Kube) -> list[str]:
    pods = (await kube.get(f"{CORE}/pods?labelSelector=app=checkout"))["items"]
    ended = [pod for pod in pods if pod["status"]["containerStatuses"][0]["state"].get("terminated")]
    return [pod["metadata"]["name"] for pod in ended]


async def test_seven_revisions_with_their_ages_images_and_causes(bad: Kube) -> None:
    sets = (await bad.get(f"{APPS}/replicasets?labelSelector=app=checkout"))["items"]
    history = {
        item["metadata"]["annotations"]["deployment.kubernetes.io/revision"]: (
            item["metadata"]["creationTimestamp"],
            item["spec"]["template"]["spec"]["containers"][0]["image"].rpartition(":")[2],
            item["metadata"]["annotations"]["kubernetes.io/change-cause"],
            item["spec"]["replicas"],
        )
        for item in sets
    }
    assert len(history) == 7
    assert history["1"] == ("2026-10-24T02:14:03Z", "1.36", "deploy checkout 1.36", 0)
    assert history["6"] == ("2026-11-22T09:11:33Z", "1.41", "deploy checkout 1.41", 0)
    assert history["7"] == ("2026-11-24T02:11:33Z", "1.42", "deploy checkout 1.42", 3)


async def test_the_rollout_is_deploy_bots(bad: Kube) -> None:
    entries = (await bad.get(CHECKOUT))["metadata"]["managedFields"]
    image = next(e for e in entries if "'f:image':" in str(e["fieldsV1"]))
    assert (image["manager"], image["operation"], image["time"]) == ("deploy-bot", "Update", "2026-11-24T02:11:33Z")
    creator = next(e for e in entries if "f:selector" in str(e["fieldsV1"]))
    assert (creator["manager"], creator["time"]) == ("kubectl-client-side-apply", "2026-10-24T02:14:03Z")


async def test_the_conditions_tell_the_outage(bad: Kube) -> None:
    conditions = {item["type"]: item for item in (await bad.get(CHECKOUT))["status"]["conditions"]}
    assert (conditions["Available"]["status"], conditions["Progressing"]["status"]) == ("True", "True")
    assert conditions["Progressing"]["reason"] == "ReplicaSetUpdated"
    bad.cluster.advance(600)
    conditions = {item["type"]: item for item in (await bad.get(CHECKOUT))["status"]["conditions"]}
    assert (conditions["Progressing"]["status"], conditions["Progressing"]["reason"]) == (
        "False",
        "ProgressDeadlineExceeded",
    )


async def test_the_service_has_addresses_but_none_is_ready(bad: Kube) -> None:
    path = (
        "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=kubernetes.io/service-name%3Dcheckout"
    )
    endpoints = (await bad.get(path))["items"][0]["endpoints"]
    assert [endpoint["conditions"]["ready"] for endpoint in endpoints] == [False, False, False]


async def test_the_events_are_those_of_kubelets_and_controllers(bad: Kube) -> None:
    events = (await bad.get(f"{CORE}/events"))["items"]
    assert {event["reason"] for event in events} == {
        "ScalingReplicaSet",
        "SuccessfulCreate",
        "SuccessfulDelete",
        "Scheduled",
        "Pulling",
        "Pulled",
        "Created",
        "Started",
        "BackOff",
        "Killing",
    }
    back_off = [event for event in events if event["reason"] == "BackOff"]
    assert len(back_off) == 3
    pods = {pod["metadata"]["uid"] for pod in bad.cluster.pods_of("shop", "checkout")}
    assert {event["involvedObject"]["uid"] for event in back_off} == pods
    assert all(event["count"] > 5 and event["type"] == "Warning" for event in back_off)
    assert all(event["firstTimestamp"] < event["lastTimestamp"] for event in back_off)
    scaled = [event["message"] for event in events if event["reason"] == "ScalingReplicaSet"]
    new, old = (scaled[0].split()[4], next(text for text in scaled if "down" in text).split()[4])
    assert sorted(scaled) == sorted(
        [
            f"Scaled up replica set {new} from 0 to 1",
            f"Scaled down replica set {old} from 3 to 0",
            f"Scaled up replica set {new} from 1 to 3",
        ]
    )


async def test_events_are_forgotten_after_an_hour(bad: Kube) -> None:
    bad.cluster.advance(3700)
    reasons = {event["reason"] for event in (await bad.get(f"{CORE}/events"))["items"]}
    assert "ScalingReplicaSet" not in reasons
    assert "BackOff" in reasons


async def test_catalog_is_killed_for_memory_again_and_again() -> None:
    async with served("oom") as kube:
        pods = [pod for pod in kube.cluster.pods_of("shop", "catalog") if not _is_ready(pod)]
        assert len(pods) == 2
        status = pods[0]["status"]["containerStatuses"][0]
        assert status["restartCount"] >= 8
        assert status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        ended = status["lastState"]["terminated"]
        assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")
        limit = [{"name": "catalog", "resources": {"limits": {"memory": "256Mi"}}}]
        body = {"spec": {"template": {"spec": {"containers": limit}}}}
        await kube.patch(f"{APPS}/deployments/catalog", body, "application/strategic-merge-patch+json")
        kube.cluster.advance(30)
        assert all(map(_is_ready, kube.cluster.pods_of("shop", "catalog")))


def _is_ready(pod: Any) -> bool:
    return bool(pod["status"]["containerStatuses"][0]["ready"])


async def test_metrics_are_served_where_the_scenario_has_them(well: Kube, bad: Kube) -> None:
    usage = (await well.get("/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods"))["items"]
    assert len(usage) == 10
    assert usage[0]["containers"][0]["usage"].keys() == {"cpu", "memory"}
    assert len((await well.get("/apis/metrics.k8s.io/v1beta1/nodes"))["items"]) == 3
    assert (await bad.ask("GET", "/apis/metrics.k8s.io/v1beta1/nodes")).code == 404


async def test_nodes_beat_every_five_minutes(well: Kube) -> None:
    async def beats() -> set[tuple[str, str]]:
        nodes = (await well.get("/api/v1/nodes"))["items"]
        conditions = [condition for node in nodes for condition in node["status"]["conditions"]]
        return {(item["lastHeartbeatTime"], item["lastTransitionTime"]) for item in conditions}

    assert await beats() == {("2026-11-24T02:11:33Z", "2026-07-27T02:14:03Z")}
    well.cluster.advance(300)
    assert await beats() == {("2026-11-24T02:16:33Z", "2026-07-27T02:14:03Z")}


async def test_a_new_namespace_gets_its_account_and_authority(well: Kube) -> None:
    await well.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "new"}})
    assert await well.names("/api/v1/namespaces/new/serviceaccounts") == ["default"]
    assert await well.names("/api/v1/namespaces/new/configmaps") == ["kube-root-ca.crt"]
    await well.ask("DELETE", "/api/v1/namespaces/new")
    assert await well.names("/api/v1/namespaces/new/configmaps") == []


async def test_a_deleted_namespace_takes_its_running_pods_along(bad: Kube) -> None:
    await bad.ask("DELETE", "/api/v1/namespaces/shop")
    bad.cluster.advance(60)
    assert await bad.names("/api/v1/namespaces/shop/pods") == []
    assert await bad.names("/api/v1/namespaces/shop/events") == []
    assert await bad.names("/apis/apps/v1/namespaces/shop/deployments") == []
