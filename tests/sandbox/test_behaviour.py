"""Pods behave by what they find, not by what the scenario expects of them."""

from itertools import pairwise
from typing import Any

from tests.sandbox.client import APPS, CHECKOUT, CORE, JSON_PATCH, STRATEGIC_PATCH, Kube


async def _ready(kube: Kube, deployment: str = "checkout") -> str:
    rows = await kube.rows(f"{APPS}/deployments?fieldSelector=metadata.name={deployment}")
    return str(rows[0]["Ready"])


async def _pods(kube: Kube, app: str = "checkout") -> list[Any]:
    return list((await kube.get(f"{CORE}/pods?labelSelector=app={app}"))["items"])


def _container(**fields: Any) -> Any:
    name = fields.pop("name", "checkout")
    return {"spec": {"template": {"spec": {"containers": [{"name": name, **fields}]}}}}


async def test_after_a_rollback_all_are_ready_within_five_seconds(bad: Kube) -> None:
    assert (await bad.undo(6)).code == 200
    assert await _ready(bad) == "0/3"
    bad.cluster.advance(3.6)
    assert await _ready(bad) == "0/3"
    bad.cluster.advance(1.4)
    assert await _ready(bad) == "3/3"
    slices = await bad.get("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=app%3Dcheckout")
    assert [item["conditions"]["ready"] for item in slices["items"][0]["endpoints"]] == [True] * 3


async def test_a_second_visit_to_the_bad_revision_crashes_again(bad: Kube) -> None:
    await bad.undo(6)
    bad.cluster.advance(10)
    await bad.undo(7)
    bad.cluster.advance(30)
    assert await _ready(bad) == "0/3"
    reasons = [pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] for pod in await _pods(bad)]
    assert reasons == ["CrashLoopBackOff"] * 3


async def test_the_missing_key_heals_the_bad_revision_at_its_next_restart(bad: Kube) -> None:
    patch = {"data": {"PAYMENT_URL": "https://payments.payments.svc:8443"}}
    assert (await bad.patch(f"{CORE}/configmaps/checkout-config", patch)).code == 200
    before = {pod["metadata"]["name"]: _restarts(pod) for pod in await _pods(bad)}
    assert await _ready(bad) == "0/3", "a changed ConfigMap restarts nothing"
    bad.cluster.advance(90)
    assert await _ready(bad) == "3/3"
    assert {
        name: count - 1 for name, count in ((p["metadata"]["name"], _restarts(p)) for p in await _pods(bad))
    } == before
    bad.cluster.advance(600)
    assert await _ready(bad) == "3/3"


def _restarts(pod: Any) -> int:
    return int(pod["status"]["containerStatuses"][0]["restartCount"])


async def test_the_variable_in_the_template_heals_it_too(bad: Kube) -> None:
    await bad.patch(CHECKOUT, _container(env=[{"name": "PAYMENT_URL", "value": "x"}]), STRATEGIC_PATCH)
    bad.cluster.advance(8)
    assert await _ready(bad) == "3/3"


async def test_the_back_off_doubles_up_to_five_minutes(bad: Kube) -> None:
    starts: list[float] = []
    pod = (await _pods(bad))[0]["metadata"]["name"]
    run = bad.cluster.kubelet.runs["shop", pod].containers[0]
    while len(starts) < 5:
        count = run.starts
        while run.starts == count:
            bad.cluster.advance(1)
        assert run.current is not None
        starts.append(run.current.started.timestamp())
    gaps = [round(later - earlier) for earlier, later in pairwise(starts)]
    assert gaps == [163, 303, 303, 303]


async def test_a_crashing_container_shows_its_last_run(bad: Kube) -> None:
    status = (await _pods(bad))[0]["status"]["containerStatuses"][0]
    ended = status["lastState"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (1, "Error")
    assert ended["startedAt"] < ended["finishedAt"]
    waiting = status["state"]["waiting"]
    assert waiting["message"].startswith("back-off 1m20s restarting failed container=checkout pod=checkout-")
    bad.cluster.advance(23)
    running = (await _pods(bad))[0]["status"]["containerStatuses"][0]
    assert "running" in running["state"]
    assert running["lastState"] == status["lastState"]
    assert running["restartCount"] == status["restartCount"] + 1


async def test_an_image_that_nobody_knows_cannot_be_pulled(well: Kube) -> None:
    await well.patch(
        f"{APPS}/deployments/cart", _container(name="cart", image="registry.example/shop/cart:9"), STRATEGIC_PATCH
    )
    well.cluster.advance(1)
    assert await _waiting(well, "cart") == ["ErrImagePull"]
    well.cluster.advance(4)
    assert await _waiting(well, "cart") == ["ImagePullBackOff"]
    well.cluster.advance(9)
    assert await _waiting(well, "cart") == ["ErrImagePull"]
    events = (await well.get(f"{CORE}/events?fieldSelector=reason=Failed"))["items"]
    messages = {event["message"].partition(":")[0] for event in events}
    assert messages == {'Failed to pull image "registry.example/shop/cart', "Error"}
    assert await _ready(well, "cart") == "2/2", "maxUnavailable keeps the old pods"


async def _waiting(kube: Kube, app: str) -> list[str]:
    states = [pod["status"]["containerStatuses"][0]["state"] for pod in await _pods(kube, app)]
    return [state["waiting"]["reason"] for state in states if "waiting" in state]


async def test_a_missing_secret_keeps_the_container_from_being_created(well: Kube) -> None:
    source = [{"secretRef": {"name": "gone"}}]
    await well.patch(f"{APPS}/deployments/cart", _container(name="cart", envFrom=source), STRATEGIC_PATCH)
    well.cluster.advance(3)
    assert await _waiting(well, "cart") == ["CreateContainerConfigError"]
    events = (await well.get(f"{CORE}/events?fieldSelector=reason=Failed,type=Warning"))["items"]
    assert [event["message"] for event in events] == ['Error: secret "gone" not found']
    secret = {"metadata": {"name": "gone"}, "data": {}}
    assert (await well.ask("POST", f"{CORE}/secrets", secret)).code == 201
    well.cluster.advance(30)
    assert await _waiting(well, "cart") == []


async def test_a_deleted_pod_is_terminating_for_a_moment_and_then_replaced(well: Kube) -> None:
    gone = (await _pods(well, "cart"))[0]["metadata"]["name"]
    answer = await well.ask("DELETE", f"{CORE}/pods/{gone}")
    assert answer.json["metadata"]["deletionGracePeriodSeconds"] == 30
    states = {row["Name"]: row["Status"] for row in await well.rows(f"{CORE}/pods?labelSelector=app=cart")}
    assert states[gone] == "Terminating"
    assert len(states) == 3, "the replacement does not wait"
    well.cluster.advance(1)
    assert gone not in await well.names(f"{CORE}/pods")
    well.cluster.advance(5)
    assert await _ready(well, "cart") == "2/2"


async def test_a_pod_without_grace_is_gone_at_once(well: Kube) -> None:
    gone = (await _pods(well, "cart"))[0]["metadata"]["name"]
    await well.ask("DELETE", f"{CORE}/pods/{gone}?gracePeriodSeconds=0")
    assert gone not in await well.names(f"{CORE}/pods")


async def test_nothing_is_scheduled_on_cordoned_nodes(well: Kube) -> None:
    for node in ("node-1", "node-2", "node-3"):
        await well.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": True}})
    assert {row["Status"] for row in await well.rows("/api/v1/nodes")} == {"Ready,SchedulingDisabled"}
    await well.patch(f"{APPS}/deployments/cart/scale", {"spec": {"replicas": 3}})
    well.cluster.advance(5)
    pending = [pod for pod in await _pods(well, "cart") if pod["status"]["phase"] == "Pending"]
    condition = next(item for item in pending[0]["status"]["conditions"] if item["type"] == "PodScheduled")
    assert (condition["reason"], condition["message"]) == (
        "Unschedulable",
        "0/3 nodes are available: 3 node(s) were unschedulable.",
    )
    await well.patch("/api/v1/nodes/node-2", {"spec": {"unschedulable": None}})
    well.cluster.advance(8)
    assert await _ready(well, "cart") == "3/3"


async def test_requests_beyond_every_node_stay_pending(well: Kube) -> None:
    change = _container(name="cart", resources={"requests": {"cpu": "64"}})
    await well.patch(f"{APPS}/deployments/cart", change, STRATEGIC_PATCH)
    events = (await well.get(f"{CORE}/events?fieldSelector=reason=FailedScheduling"))["items"]
    assert [event["message"] for event in events] == ["0/3 nodes are available: 3 Insufficient cpu."]
    assert events[0]["eventTime"] is not None
    assert events[0]["lastTimestamp"] is None


async def test_a_service_that_selects_nothing_loses_its_endpoints(well: Kube) -> None:
    operations = [{"op": "replace", "path": "/spec/selector", "value": {"app": "nobody"}}]
    await well.patch(f"{CORE}/services/cart", operations, JSON_PATCH)
    rows = await well.rows("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?labelSelector=app%3Dcart")
    assert [(row["Endpoints"], row["Ports"]) for row in rows] == [("<unset>", "<unset>")]


async def test_what_never_becomes_ready_tells_so_again_and_again(well: Kube) -> None:
    probe = "HTTP probe failed with statuscode: 503"
    well.cluster.teach({"image": "registry.example/shop/cart:5.2", "behaves": [{"unready": probe}]})
    change = _container(name="cart", image="registry.example/shop/cart:5.2")
    await well.patch(f"{APPS}/deployments/cart", change, STRATEGIC_PATCH)
    well.cluster.advance(40)
    events = (await well.get(f"{CORE}/events?fieldSelector=reason=Unhealthy"))["items"]
    assert [event["message"] for event in events] == [f"Readiness probe failed: {probe}"]
    assert events[0]["count"] == 4
    statuses = [pod["status"]["containerStatuses"][0] for pod in await _pods(well, "cart")]
    assert [("running" in item["state"], item["ready"]) for item in statuses].count((True, False)) == 1


async def test_a_pod_that_may_end_ends(well: Kube) -> None:
    ends = {"exit": {"after": "2s", "code": 0}, "log": [{"text": "done"}]}
    well.cluster.teach({"image": "job:1", "behaves": [ends]})
    spec = {"restartPolicy": "OnFailure", "containers": [{"name": "job", "image": "job:1"}]}
    assert (await well.ask("POST", f"{CORE}/pods", {"metadata": {"name": "job"}, "spec": spec})).code == 201
    well.cluster.advance(8)
    pod = await well.get(f"{CORE}/pods/job")
    assert pod["status"]["phase"] == "Succeeded"
    assert pod["status"]["containerStatuses"][0]["state"]["terminated"]["reason"] == "Completed"
    assert (await well.ask("GET", f"{CORE}/pods/job/log")).text == "done\n"
