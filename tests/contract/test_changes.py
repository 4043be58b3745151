"""The other changes, each through the whole gate on both clusters: the preview is the server's own dry run, the change
does just that, and undo restores the touched fields to the letter and leaves others' changes alone.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from mcp.types import ElicitRequestParams, ElicitResult

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.writes import rehearse
from incident_mcp.gate import steps
from incident_mcp.vocabulary.plan import Plan
from tests.contract.cluster import Asked, Cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import Json, Workload, workload
from tests.controlplane.waiting import wait_for

TEMPLATE_NOTES = "kubectl.kubernetes.io/restartedAt"
KINDS = ("Deployment", "StatefulSet", "DaemonSet")
SPECS: dict[str, Json] = {
    "Deployment": {"replicas": 2},
    "StatefulSet": {"replicas": 1, "serviceName": "app"},
    "DaemonSet": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "100%"}}},
}


def written(cluster: Cluster, namespace: str) -> list[Asked]:
    return [asked for asked in cluster.ours(namespace) if asked.wrote]


async def rehearsed(api: Api, plan: Plan) -> list[Json]:
    return [await rehearse(api, write) for write in plan.draft.writes]


@pytest.fixture
def two(cluster: Cluster, place: str) -> Workload:
    """A Deployment of two pods, ready."""
    return workload(cluster, place, "Deployment", replicas=2)


@pytest.fixture
def none(cluster: Cluster, place: str) -> Workload:
    """A Deployment that wants no pods."""
    return workload(cluster, place, "Deployment", replicas=0)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_restart_makes_new_pods_of_the_same_template(
    cluster: Cluster, place: str, tmp_path: Path, kind: str
) -> None:
    made = workload(cluster, place, kind, **SPECS[kind])
    before, old = made.live(), pods(made)
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("restart_workload", **made.arguments)
        changed = await here.call("restart_workload", **made.arguments)
        assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True)
        assert "No undo" in changed["undo"]
        refused = await here.refused("undo_action", plan=plan.id)
    after = made.live()
    notes = after["spec"]["template"]["metadata"].pop("annotations")
    assert list(notes) == [TEMPLATE_NOTES]
    assert without_notes(after["spec"]) == without_notes(before["spec"])
    wait_for("the old pods are gone", lambda: not set(pods(made)) & set(old))
    assert len(here.questions) == 1
    assert "can't be undone" in refused


def without_notes(spec: Json) -> Json:
    meta = {key: value for key, value in spec["template"]["metadata"].items() if key != "annotations"}
    return {**spec, "template": {**spec["template"], "metadata": meta}}


def pods(one: Workload) -> dict[str, Json]:
    listed = one.cluster.read(f"/api/v1/namespaces/{one.namespace}/pods")["items"]
    return {pod["metadata"]["uid"]: pod for pod in listed}


async def test_a_paused_rollout_stands_still_and_goes_on_by_its_undo(two: Workload, api: Api, tmp_path: Path) -> None:
    before = two.live()["spec"]
    async with desk(two.cluster, tmp_path) as here:
        plan = await here.planned("pause_rollout", namespace=two.namespace, name="app")
        [tried] = await rehearsed(api, plan)
        changed = await here.call("pause_rollout", namespace=two.namespace, name="app")
        assert changed["changed"] is True
        assert two.live()["spec"] == tried["spec"] == {**before, "paused": True}
        assert "already" in await here.refused("pause_rollout", namespace=two.namespace, name="app")
        two.kubectl("annotate", two.typed, "note=somebody was here")
        back = await here.call("undo_action", plan=plan.id)
        assert back["changed"] is True
        assert two.live()["spec"] == before
        assert two.live()["metadata"]["annotations"]["note"] == "somebody was here"
        assert "undone already" in await here.refused("undo_action", plan=plan.id)


async def test_a_resumed_rollout_goes_on_with_what_changed_meanwhile(two: Workload, tmp_path: Path) -> None:
    two.kubectl("rollout", "pause", two.typed)
    two.set_image("2")
    async with desk(two.cluster, tmp_path) as here:
        plan = await here.planned("pause_rollout", namespace=two.namespace, name="app", paused=False)
        assert plan.draft.pods.startswith("2 pods not of the newest revision")
        changed = await here.call("pause_rollout", namespace=two.namespace, name="app", paused=False)
        assert (changed["changed"], changed["ready"]) == (True, True)
    assert "paused" not in two.live()["spec"]


async def test_resources_are_set_as_shown_and_back(two: Workload, api: Api, tmp_path: Path) -> None:
    before = two.live()["spec"]
    async with desk(two.cluster, tmp_path) as here:
        wanted = {**two.arguments, "memory_limit": "512Mi", "cpu_request": "10m"}
        plan = await here.planned("set_resources", **wanted)
        assert plan.draft.diff == (
            "container app: cpu request none -> 10m",
            "container app: memory limit none -> 512Mi",
        )
        [tried] = await rehearsed(api, plan)
        changed = await here.call("set_resources", **wanted)
        assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True)
        assert two.live()["spec"] == tried["spec"]
        [container] = two.live()["spec"]["template"]["spec"]["containers"]
        assert container["resources"]["limits"] == {"memory": "512Mi"}
        two.kubectl("scale", two.typed, "--replicas=1")
        back = await here.call("undo_action", **plan.draft.undo.arguments)
        assert (back["changed"], back["ready"]) == (True, True)
    assert two.live()["spec"] == {**before, "replicas": 1}


@pytest.mark.parametrize(
    ("amount", "words"),
    [("512m", "a fraction of a byte"), ("NaN", "is no quantity"), ("inf", "is no quantity"), ("a lot", "no quantity")],
)
async def test_an_amount_that_can_only_be_a_slip_is_not_asked_about(
    none: Workload, tmp_path: Path, amount: str, words: str
) -> None:
    async with desk(none.cluster, tmp_path) as here:
        assert words in await here.refused("set_resources", **none.arguments, memory_limit=amount)
        plan = await here.planned("set_resources", **none.arguments, memory_limit="64Mi", cpu_limit="500m")
    assert plan.draft.refused == ""
    assert here.questions == []


@pytest.mark.parametrize("of", ["app", "another"])
async def test_an_undo_is_warned_of_the_autoscaler_that_keeps_another_count(
    two: Workload, tmp_path: Path, of: str
) -> None:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": of}
    spec = {"scaleTargetRef": target, "minReplicas": 4, "maxReplicas": 5}
    thing: Json = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": of}}
    async with desk(two.cluster, tmp_path) as here:
        changed = await here.call("scale_workload", **two.arguments, replicas=4)
        two.cluster.plane.apply({**thing, "spec": spec}, two.namespace)
        plan = await here.planned("undo_action", plan=changed["plan"])
    fights = [warning for warning in plan.draft.warnings if "keeps 4 to 5 replicas and corrects 2" in warning]
    assert len(fights) == (of == "app")


async def test_what_somebody_changed_since_is_not_undone(none: Workload, tmp_path: Path) -> None:
    async with desk(none.cluster, tmp_path) as here:
        changed = await here.call("set_resources", **none.arguments, memory_limit="64Mi")
        none.kubectl("set", "resources", none.typed, "--limits=memory=96Mi", "--field-manager=tuner")
        refused = await here.refused("undo_action", plan=changed["plan"])
    assert f"was changed by field manager tuner since plan {changed['plan']}" in refused
    assert "Nothing was changed" in refused
    assert len(here.questions) == 1
    assert none.live()["spec"]["template"]["spec"]["containers"][0]["resources"] == {"limits": {"memory": "96Mi"}}


async def test_resources_that_changed_in_the_human_pause_are_not_overwritten(none: Workload, tmp_path: Path) -> None:
    def slow(params: ElicitRequestParams) -> ElicitResult:
        none.kubectl("set", "resources", none.typed, "--limits=memory=96Mi", "--field-manager=tuner")
        return agrees(params)

    async with desk(none.cluster, tmp_path, slow, mode="legacy") as here:
        answer = await here.call("set_resources", **none.arguments, memory_limit="64Mi")
    assert "Not applied" in answer["summary"][0]
    assert "field manager " in answer["summary"][0]
    assert "tuner changed" in answer["summary"][0]
    assert written(none.cluster, none.namespace) == []


async def test_a_rollback_and_a_scaling_can_be_undone_field_by_field_too(two: Workload, tmp_path: Path) -> None:
    two.set_image("2")
    two.wait_ready()
    before = two.live()["spec"]
    async with desk(two.cluster, tmp_path) as here:
        rolled = await here.call("rollback_workload", **two.arguments, revision=1)
        scaled = await here.call("scale_workload", **two.arguments, replicas=3)
        assert two.live()["spec"] != before
        assert (await here.call("undo_action", plan=rolled["plan"]))["changed"] is True
        assert (await here.call("undo_action", plan=scaled["plan"]))["changed"] is True
    assert two.live()["spec"] == before


JOB: Json = {
    "template": {
        "spec": {"restartPolicy": "Never", "containers": [{"name": "app", "image": "registry.example/team/job:1"}]}
    }
}


@pytest.mark.parametrize(
    ("kind", "group", "spec"),
    [
        ("CronJob", "batch/v1", {"schedule": "0 3 1 1 *", "jobTemplate": {"spec": JOB}}),
        ("Job", "batch/v1", JOB),
    ],
)
async def test_a_job_rests_and_runs_again(
    cluster: Cluster, place: str, api: Api, tmp_path: Path, kind: str, group: str, spec: Json
) -> None:
    cluster.plane.apply([{"apiVersion": group, "kind": kind, "metadata": {"name": "nightly"}, "spec": spec}], place)
    path = f"/apis/batch/v1/namespaces/{place}/{kind.lower()}s/nightly"
    wanted = {"kind": kind, "namespace": place, "name": "nightly"}
    before = cluster.read(path)["spec"]
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("suspend_job", **wanted)
        [tried] = await rehearsed(api, plan)
        changed = await here.call("suspend_job", **wanted)
        assert changed["changed"] is True
        assert cluster.read(path)["spec"] == tried["spec"] == {**before, "suspend": True}
        assert (await here.call("undo_action", plan=plan.id))["changed"] is True
    assert cluster.read(path)["spec"] == before


async def test_an_evicted_pod_is_replaced_and_cannot_be_undone(two: Workload, tmp_path: Path) -> None:
    uid, pod = next(iter(pods(two).items()))
    async with desk(two.cluster, tmp_path) as here:
        changed = await here.call("evict_pod", namespace=two.namespace, name=pod["metadata"]["name"])
        assert (changed["changed"], changed["ready"]) == (True, True)
        refused = await here.refused("undo_action", plan=changed["plan"])
    two.wait_ready()
    assert "can't be undone" in refused
    assert uid not in pods(two)
    assert [(one.verb, one.resource) for one in written(two.cluster, two.namespace)] == [("create", "pods/eviction")]


async def test_a_pod_that_came_anew_under_its_name_is_not_evicted(cluster: Cluster, place: str, tmp_path: Path) -> None:
    made = workload(cluster, place, "StatefulSet", **SPECS["StatefulSet"])

    def slow(params: ElicitRequestParams) -> ElicitResult:
        made.kubectl("delete", "pod", "app-0")
        made.wait_ready()
        return agrees(params)

    async with desk(cluster, tmp_path, slow, mode="legacy") as here:
        answer = await here.call("evict_pod", namespace=place, name="app-0")
    assert "Not applied" in answer["summary"][0]
    assert written(cluster, place) == []


@pytest.fixture
def guarded(two: Workload) -> Workload:
    """The Deployment, with a budget that lets no pod go."""
    spec = {"minAvailable": 2, "selector": {"matchLabels": {"app": "app"}}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "app"}, "spec": spec}
    two.cluster.plane.apply([budget], two.namespace)
    path = f"/apis/policy/v1/namespaces/{two.namespace}/poddisruptionbudgets/app"
    two.cluster.plane.wait(
        "the budget is counted", lambda: two.cluster.read(path).get("status", {}).get("currentHealthy") == 2
    )
    return two


async def test_an_eviction_that_a_budget_forbids_is_not_asked_for(guarded: Workload, tmp_path: Path) -> None:
    pod = next(iter(pods(guarded).values()))["metadata"]["name"]
    async with desk(guarded.cluster, tmp_path) as here:
        refused = await here.refused("evict_pod", namespace=guarded.namespace, name=pod)
    assert "disruption budget" in refused
    assert here.questions == []
    assert written(guarded.cluster, guarded.namespace) == []


@pytest.fixture
def node(cluster: Cluster, place: str) -> Iterator[str]:
    """A node of the test's own, labelled with its namespace."""
    name = f"drain-{place}"
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "message": ""}
    amount = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    addresses = [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": "127.0.0.1"}]
    status = {"capacity": amount, "allocatable": amount, "conditions": [ready], "addresses": addresses}
    labels = {"kubernetes.io/hostname": name, "drain": place}
    thing: Json = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}, "status": status}
    cluster.plane.apply([thing])
    try:
        yield name
    finally:
        cluster.plane.kubectl("delete", "node", name, "--wait=false")


def unschedulable(cluster: Cluster, path: str) -> bool:
    return bool(cluster.read(path).get("spec", {}).get("unschedulable"))


def on_node(cluster: Cluster, node: str) -> list[str]:
    listed = cluster.read(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")["items"]
    return [pod["metadata"]["name"] for pod in listed if "deletionTimestamp" not in pod["metadata"]]


async def test_a_node_is_cordoned_and_let_back(cluster: Cluster, node: str, tmp_path: Path) -> None:
    path = f"/api/v1/nodes/{node}"
    async with desk(cluster, tmp_path) as here:
        changed = await here.call("cordon_node", name=node, do="cordon")
        assert changed["changed"] is True
        assert unschedulable(cluster, path)
        assert "cordoned already" in await here.refused("cordon_node", name=node, do="cordon")
        assert (await here.call("undo_action", plan=changed["plan"]))["changed"] is True
        assert "unschedulable" not in cluster.read(path).get("spec", {})
        assert (await here.call("cordon_node", name=node, do="cordon"))["changed"] is True
        assert (await here.call("cordon_node", name=node, do="uncordon"))["changed"] is True
    assert "unschedulable" not in cluster.read(path).get("spec", {})


@pytest.fixture
def placed(cluster: Cluster, place: str, node: str) -> Workload:
    """Two pods of a Deployment on the test's node, and one without a controller."""
    made = workload(cluster, place, "Deployment", pod={"nodeName": node}, replicas=2)
    alone: Json = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "alone"},
        "spec": {"nodeName": node, "containers": [{"name": "app", "image": "registry.example/team/app:1"}]},
    }
    cluster.plane.apply([alone], place)
    return made


async def test_a_drain_is_one_question_and_one_write_after_the_other(
    cluster: Cluster, node: str, placed: Workload, tmp_path: Path
) -> None:
    uids = {uid for uid, pod in pods(placed).items() if pod["metadata"]["name"] != "alone"}
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("cordon_node", name=node, do="drain", minutes=1)
        assert plan.draft.risk == "high"
        assert [write.method for write in plan.draft.writes] == ["PATCH", "POST", "POST"]
        assert f"left, nothing would bring them back: {placed.namespace}/alone" in plan.draft.warnings
        changed = await here.call("cordon_node", name=node, do="drain", minutes=1)
        assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True), changed
        told = await (await here.reached.desk()).record.of_plan(plan.id)
    assert not uids & set(pods(placed))
    assert "alone" in on_node(cluster, node)
    assert len(here.questions) == 1
    sent = [(entry.data["number"], entry.data["state"]) for entry in told if entry.kind == "step"]
    assert sent == [(n, state) for n in (1, 2, 3) for state in ("sending", "applied")]
    verdicts = [entry.data["promise"] for entry in told if entry.kind == "verdict"]
    assert len(verdicts) <= 1
    assert [one.resource for one in written(cluster, placed.namespace)] == ["pods/eviction"] * 2


async def test_what_a_budget_holds_back_stays_and_the_answer_says_so(
    cluster: Cluster, node: str, placed: Workload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec: Json = {"minAvailable": 2, "selector": {"matchLabels": {"app": "app"}}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "app"}, "spec": spec}
    cluster.plane.apply([budget], placed.namespace)
    path = f"/apis/policy/v1/namespaces/{placed.namespace}/poddisruptionbudgets/app"
    cluster.plane.wait("the budget is counted", lambda: cluster.read(path).get("status", {}).get("currentHealthy") == 2)
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("cordon_node", name=node, do="drain", minutes=1)
        assert any("held back by a disruption budget now" in warning for warning in plan.draft.warnings)
        hurry(monkeypatch)
        changed = await here.call("cordon_node", name=node, do="drain", minutes=1)
    assert "Applied in part: 1 of 3 writes" in changed["summary"][0]
    assert "disruption budget" in changed["summary"][0]
    assert unschedulable(cluster, f"/api/v1/nodes/{node}")
    assert written(cluster, placed.namespace) == []


async def test_a_client_that_cancels_in_the_middle_leaves_in_the_record_what_was_done(
    cluster: Cluster, node: str, placed: Workload, tmp_path: Path
) -> None:
    spec: Json = {"minAvailable": 2, "selector": {"matchLabels": {"app": "app"}}}
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "app"}, "spec": spec}
    cluster.plane.apply([budget], placed.namespace)
    path = f"/apis/policy/v1/namespaces/{placed.namespace}/poddisruptionbudgets/app"
    cluster.plane.wait("the budget is counted", lambda: cluster.read(path).get("status", {}).get("currentHealthy") == 2)
    async with desk(cluster, tmp_path) as here:
        with anyio.move_on_after(30) as call:

            async def told(progress: float, total: float | None, message: str | None) -> None:
                call.cancel()

            await here.client.call_tool(
                "cordon_node", {"name": node, "do": "drain", "minutes": 1}, progress_callback=told
            )
        assert call.cancel_called
        with anyio.fail_after(20):
            while "The call was cancelled in between" not in str(await here.call("get_incident")):
                await anyio.lowlevel.checkpoint()
        answer = await here.call("get_incident")
    [line] = [each for each in answer["timeline"] if "Applied in part: 1 of 3 writes" in each]
    assert "Not done: evict Pod" in line
    assert any(f"Node {node} is cordoned" in each for each in answer["summary"]), answer
    assert written(cluster, placed.namespace) == []


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next try would come after the bound, so there is none."""
    monkeypatch.setattr(steps, "PAUSE", timedelta(minutes=2))


BROKEN: Json = {"replicas": 2, "serviceName": "app"}


async def test_a_stateful_set_that_waits_for_a_broken_pod_is_rolled_back_and_unstuck(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    made = workload(cluster, place, "StatefulSet", **BROKEN)
    made.set_image("2-crash")
    cluster.plane.wait("app-1 crashes", lambda: _restarts(made, "app-1") > 0)
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("rollback_workload", **made.arguments, revision=1)
        assert [(write.method, write.target.name) for write in plan.draft.writes] == [
            ("PATCH", "app"),
            ("DELETE", "app-1"),
        ]
        changed = await here.call("rollback_workload", **made.arguments, revision=1)
        assert (changed["changed"], changed["ready"]) == (True, True), changed
    made.wait_ready()
    assert [(one.verb, one.resource) for one in written(cluster, place)] == [
        ("patch", "statefulsets"),
        ("delete", "pods"),
    ]


def _restarts(one: Workload, name: str) -> int:
    found: list[Any] = [pod for pod in pods(one).values() if pod["metadata"]["name"] == name]
    return sum(status["restartCount"] for pod in found for status in pod["status"].get("containerStatuses", []))


async def test_a_stateful_set_whose_pods_are_well_is_rolled_back_by_its_template_alone(
    cluster: Cluster, place: str, tmp_path: Path
) -> None:
    made = workload(cluster, place, "StatefulSet", **BROKEN)
    made.set_image("2")
    made.wait_ready()
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("rollback_workload", **made.arguments, revision=1)
    assert [write.method for write in plan.draft.writes] == ["PATCH"]


@pytest.mark.parametrize(
    ("tool", "more"),
    [
        ("restart_workload", {"kind": "Deployment"}),
        ("pause_rollout", {}),
        ("set_resources", {"kind": "Deployment", "memory_limit": "64Mi"}),
    ],
)
async def test_what_the_api_server_would_refuse_is_said_before_anybody_is_asked(
    none: Workload, tmp_path: Path, tool: str, more: Json
) -> None:
    none.cluster.let_view(none.namespace)
    wanted = {"namespace": none.namespace, "name": "app", **more}
    async with desk(none.cluster, tmp_path, kubeconfig=none.cluster.viewer) as here:
        plan = await here.planned(tool, **wanted)
        refused = await here.refused(tool, **wanted)
    assert "may not patch" in plan.draft.refused
    assert "may not patch" in refused
    assert (plan.draft.preview_complete, here.questions) == (False, [])


async def test_a_pod_that_may_not_be_evicted_is_not_asked_for(two: Workload, tmp_path: Path) -> None:
    two.cluster.let_view(two.namespace)
    pod = next(iter(pods(two).values()))["metadata"]["name"]
    async with desk(two.cluster, tmp_path, kubeconfig=two.cluster.viewer) as here:
        refused = await here.refused("evict_pod", namespace=two.namespace, name=pod)
    assert "may not create pods/eviction" in refused
    assert here.questions == []
