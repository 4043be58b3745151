"""Traffic redirected through the whole gate on a real API server: the preview is the server's own dry run, the change
does just that, undo restores the touched fields to the letter, and what turns out bad is put back by itself.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.types import ElicitRequestParams, ElicitResult

from incident_mcp.cluster.json_parts import items
from incident_mcp.cluster.writes import rehearse
from incident_mcp.gate import aborting
from incident_mcp.gate.brake import Brake
from incident_mcp.mitigate.pointers import value_at
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.refs import Ref
from tests.contract.cluster import Asked, Cluster, real_cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import Workload
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import Json, thing
from tests.investigate.real_routes import GATEWAY_API
from tests.mitigate.installed import ISTIO, SYNCS, TRAFFIC, installed
from tests.mitigate.routes import NGINX, SUBSETS, ingress, route, service, virtual_service

WEIGHT = f"/metadata/annotations/{NGINX.replace('/', '~1')}~1canary-weight"


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane) -> Iterator[Cluster]:
    with installed(control_plane, (*TRAFFIC, *SYNCS)):
        yield real_cluster(control_plane)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aborting, "EVERY_SECONDS", 0.2)


@pytest.fixture(scope="module")
def shop(cluster: Cluster) -> Iterator[str]:
    """A namespace with web-v1 and web-v2, both well, web-v3, which crashes, and web-v4, which nobody serves."""
    with cluster.plane.new_namespace("traffic") as name:
        for version, tag in (("v1", "1"), ("v2", "2"), ("v3", "3-crash")):
            cluster.plane.apply(_release(f"web-{version}", tag), name)
        cluster.plane.apply([service(f"web-{version}") for version in ("v1", "v2", "v3", "v4")], name)
        for version in ("v1", "v2"):
            _wait_ready(cluster, name, f"web-{version}")
        cluster.plane.wait("web-v3 crashes", lambda: _crashes(cluster, name, "web-v3"))
        yield name


def _release(name: str, tag: str) -> Json:
    labels = {"app": name, "tier": "web"}
    container = {"name": "app", "image": f"registry.example/team/app:{tag}", "ports": [{"containerPort": 8080}]}
    template = {"metadata": {"labels": labels}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]}}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template, "strategy": {"type": "Recreate"}}
    return thing("Deployment", name, "apps/v1", spec=spec)


def _wait_ready(cluster: Cluster, namespace: str, name: str) -> None:
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    query = f"?labelSelector=kubernetes.io/service-name%3D{name}"

    def ready() -> bool:
        slices = cluster.read(path + query)["items"]
        return any(each["conditions"].get("ready") for one in slices for each in items(one, "endpoints"))

    cluster.plane.wait(f"{name} is ready", ready)


def _crashes(cluster: Cluster, namespace: str, name: str) -> bool:
    pods = cluster.read(f"/api/v1/namespaces/{namespace}/pods?labelSelector=app%3D{name}")["items"]
    return any(one["restartCount"] for pod in pods for one in pod.get("status", {}).get("containerStatuses", []))


EVERY = service("web", selector={"tier": "web"})


@dataclass(frozen=True)
class Way:
    """One way to redirect: what there is, the call with a good and a broken target, and the question's arithmetic."""

    objects: tuple[Json, ...]
    plural: str
    good: Json
    bad: Json
    field: str
    set_to: Any
    headline: str

    @property
    def named(self) -> tuple[str, str]:
        return self.objects[0]["kind"], self.objects[0]["metadata"]["name"]


WAYS = {
    "a Service's selector": Way(
        (service("front", selector={"app": "web-v1"}),),
        "api/v1/{}/services",
        {"selector": {"app": "web-v2"}},
        {"selector": {"app": "web-v3"}},
        "/spec/selector",
        {"app": "web-v2"},
        "all traffic from app=web-v1 -> app=web-v2",
    ),
    "an Ingress' backend": Way(
        (ingress("web", "web-v1"),),
        "apis/networking.k8s.io/v1/{}/ingresses",
        {"to": "web-v2"},
        {"to": "web-v3"},
        "/spec/rules/0/http/paths/0/backend/service/name",
        "web-v2",
        "1 path from web-v1 -> web-v2",
    ),
    "nginx' canary weight": Way(
        (ingress("canary", "web-v2", canary="true", canary_weight="5"), ingress("web", "web-v1")),
        "apis/networking.k8s.io/v1/{}/ingresses",
        {"percent": 20},
        {},
        WEIGHT,
        "20",
        "web-v2 5 % -> 20 %",
    ),
    "an HTTPRoute's weights": Way(
        (route(("web-v1", 90), ("web-v2", 10), ("web-v3", 0)),),
        f"apis/{GATEWAY_API}/v1/{{}}/httproutes",
        {"to": "web-v2", "percent": 50},
        {"to": "web-v3", "percent": 50},
        "/spec/rules/0/backendRefs/1/weight",
        50,
        "web-v2 10 % -> 50 %",
    ),
    "a VirtualService's weights": Way(
        (virtual_service(("v1", 100), ("v2", 0), ("v3", 0)), SUBSETS, EVERY),
        f"apis/{ISTIO}/v1/{{}}/virtualservices",
        {"to": "v2", "percent": 10},
        {"to": "web/v3", "percent": 10},
        "/spec/http/0/route/1/weight",
        10,
        "web/v2 0 % -> 10 %",
    ),
}


@dataclass(frozen=True)
class Placed:
    """One way on the cluster, and the call."""

    cluster: Cluster
    namespace: str
    way: Way

    @property
    def path(self) -> str:
        return f"/{self.way.plural.format(f'namespaces/{self.namespace}')}/{self.way.named[1]}"

    def live(self) -> Json:
        return self.cluster.read(self.path)

    def call(self, wanted: Json, **more: Any) -> Json:
        kind, name = self.way.named
        return {"kind": kind, "namespace": self.namespace, "name": name, "watch_seconds": 0, **wanted, **more}

    def patch(self, changes: list[Json], manager: str) -> None:
        kind, name = self.way.named
        self.cluster.plane.kubectl(
            "-n", self.namespace, "patch", kind.lower(), name, "--type=json", "-p", json.dumps(changes),
            f"--field-manager={manager}",
        )  # fmt: skip

    def written(self) -> list[Asked]:
        return [one for one in self.cluster.ours(self.namespace) if one.wrote]


@pytest.fixture(params=WAYS)
def placed(request: pytest.FixtureRequest, cluster: Cluster, shop: str) -> Placed:
    return place(cluster, shop, WAYS[request.param])


def place(cluster: Cluster, namespace: str, way: Way) -> Placed:
    """Its objects made anew."""
    for one in way.objects:
        cluster.plane.kubectl(
            "-n", namespace, "delete", one["kind"].lower(), one["metadata"]["name"], "--ignore-not-found"
        )
    cluster.plane.apply([copy.deepcopy(one) for one in way.objects], namespace)
    return Placed(cluster, namespace, way)


def without_marks(one: Json) -> Json:
    """What a write moves by itself."""
    moving = ("managedFields", "resourceVersion", "generation")
    return {**one, "metadata": {key: value for key, value in one["metadata"].items() if key not in moving}}


async def test_the_change_is_what_the_dry_run_said_and_undo_restores_it_to_the_letter(
    placed: Placed, tmp_path: Path
) -> None:
    before, wrote = placed.live(), len(placed.written())
    async with desk(placed.cluster, tmp_path) as here, placed.cluster.connected() as api:
        plan = await here.planned("redirect_traffic", **placed.call(placed.way.good))
        assert placed.way.headline in plan.draft.headline
        assert (plan.draft.risk, plan.draft.warnings) == ("normal", ())
        [write] = plan.draft.writes
        tried = await rehearse(api, write)
        changed = await here.call("redirect_traffic", **placed.call(placed.way.good))
        assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True)
        live = placed.live()
        assert value_at(live, placed.way.field) == placed.way.set_to
        assert without_marks(live) == without_marks(tried)
        placed.patch([{"op": "add", "path": "/metadata/labels", "value": {"note": "somebody-was-here"}}], "ada")
        back = await here.call("undo_action", plan=plan.id)
        assert back["changed"] is True
        restored = placed.live()
        assert restored["metadata"].pop("labels") == {"note": "somebody-was-here"}
        assert without_marks(restored) == without_marks(before)
        assert "undone already" in await here.refused("undo_action", plan=plan.id)
    assert len(here.questions) == 2
    assert placed.way.headline.rpartition(" ")[2] in here.questions[0].splitlines()[0]
    assert len(placed.written()) - wrote == 2


async def test_weights_that_were_not_said_are_not_said_again_after_the_undo(
    cluster: Cluster, shop: str, tmp_path: Path
) -> None:
    way = WAYS["an HTTPRoute's weights"]
    one = Placed(cluster, shop, way)
    cluster.plane.kubectl("-n", shop, "delete", "httproute", "web", "--ignore-not-found")
    cluster.plane.apply(route(("web-v1", None), ("web-v2", None), ("web-v4", 0)), shop)
    before = one.live()["spec"]
    async with desk(cluster, tmp_path) as here:
        changed = await here.call("redirect_traffic", **one.call({"to": "web-v2", "percent": 25}))
        assert [ref.get("weight") for ref in one.live()["spec"]["rules"][0]["backendRefs"]] == [75, 25, 0]
        await here.call("undo_action", plan=changed["plan"])
    assert one.live()["spec"] == before


def pausing(act: Callable[[], None]) -> Callable[[ElicitRequestParams], ElicitResult]:
    def person(params: ElicitRequestParams) -> ElicitResult:
        act()
        return agrees(params)

    return person


async def test_a_change_of_those_fields_in_the_human_pause_is_not_overwritten(placed: Placed, tmp_path: Path) -> None:
    field = placed.way.field
    other: Any = {"app": "web-v4"} if field == "/spec/selector" else "web-v4" if "name" in field else "7"
    other = 7 if field.endswith("/weight") else other
    wrote = len(placed.written())
    person = pausing(lambda: placed.patch([{"op": "replace", "path": field, "value": other}], "tuner"))
    async with desk(placed.cluster, tmp_path, person, mode="legacy") as here:
        answer = await here.call("redirect_traffic", **placed.call(placed.way.good))
        assert "Not applied. Since the plan was made" in answer["summary"][0]
        assert "field manager tuner" in answer["summary"][0]
        again = await here.planned("redirect_traffic", **placed.call(placed.way.good))
        assert again.id != answer["plan"]
    assert value_at(placed.live(), field) == other
    assert len(placed.written()) == wrote


@pytest.mark.parametrize("name", ["an HTTPRoute's weights", "a VirtualService's weights"])
async def test_a_rule_that_came_in_front_meanwhile_does_not_get_the_change(
    cluster: Cluster, shop: str, tmp_path: Path, name: str
) -> None:
    """It has the same backends and weights, for other requests."""
    placed = place(cluster, shop, WAYS[name])
    rules, match = ("rules", "matches") if "HTTPRoute" in name else ("http", "match")
    other: Json = {**placed.live()["spec"][rules][0], match: [{"headers": []}]}
    in_front: list[Json] = [{"op": "add", "path": f"/spec/{rules}/0", "value": other}]
    wrote = len(placed.written())
    person = pausing(lambda: placed.patch(in_front, "tuner"))
    async with desk(cluster, tmp_path, person, mode="legacy") as here:
        answer = await here.call("redirect_traffic", **placed.call(placed.way.good))
        assert "Not applied. Since the plan was made" in answer["summary"][0]
    assert placed.live()["spec"][rules][0] == other
    assert len(placed.written()) == wrote


async def test_a_rule_that_came_in_front_since_does_not_get_the_undo(
    cluster: Cluster, shop: str, tmp_path: Path
) -> None:
    placed = place(cluster, shop, WAYS["an HTTPRoute's weights"])
    async with desk(cluster, tmp_path) as here:
        changed = await here.call("redirect_traffic", **placed.call(placed.way.good))
        other: Json = {**placed.live()["spec"]["rules"][0], "matches": [{"headers": []}]}
        placed.patch([{"op": "add", "path": "/spec/rules/0", "value": other}], "tuner")
        await here.refused("undo_action", plan=changed["plan"])
    assert placed.live()["spec"]["rules"][0] == other
    assert len(here.questions) == 1


async def test_an_undo_that_lacks_the_right_for_one_of_its_writes_is_not_asked_for(
    cluster: Cluster, tmp_path: Path
) -> None:
    flux = "kustomize.toolkit.fluxcd.io"
    with cluster.plane.new_namespace("undo") as space:
        one = place(cluster, space, WAYS["an HTTPRoute's weights"])
        cluster.plane.apply(thing("Kustomization", "web", f"{flux}/v1", spec={"interval": "10m"}), space)
        marks = (f"{flux}/name=web", f"{flux}/namespace={space}")
        cluster.plane.kubectl("-n", space, "label", "httproute", "web", *marks)
        cluster.plane.apply(_may("httproutes", GATEWAY_API, "get", "patch"), space)
        cluster.plane.apply(_may("kustomizations", flux, "get"), space)
        cluster.let_view(space)
        async with desk(cluster, tmp_path) as here:
            changed = await here.call("redirect_traffic", **one.call(one.way.good, suspend_sync=True))
        async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
            refused = await here.refused("undo_action", plan=changed["plan"], incident=changed["incident"])
    assert f"may not patch kustomizations.{flux}" in refused
    assert here.questions == []


def _may(resource: str, group: str, *verbs: str) -> list[Json]:
    """A role of the viewer's."""
    rbac, name = "rbac.authorization.k8s.io", f"may-{resource}"
    rules = [{"apiGroups": [group], "resources": [resource], "verbs": [*verbs]}]
    role: Json = {"kind": "Role", "apiVersion": f"{rbac}/v1", "metadata": {"name": name}, "rules": rules}
    whom = [{"kind": "User", "name": "viewer", "apiGroup": rbac}]
    what = {"apiGroup": rbac, "kind": "Role", "name": name}
    binding = {"kind": "RoleBinding", "apiVersion": f"{rbac}/v1", "metadata": {"name": name}}
    return [role, {**binding, "roleRef": what, "subjects": whom}]


async def test_a_change_elsewhere_in_the_human_pause_does_not_disturb(placed: Placed, tmp_path: Path) -> None:
    person = pausing(
        lambda: placed.patch([{"op": "add", "path": "/metadata/labels", "value": {"note": "here"}}], "tuner")
    )
    async with desk(placed.cluster, tmp_path, person) as here:
        answer = await here.call("redirect_traffic", **placed.call(placed.way.good))
    assert answer["changed"] is True
    assert len(here.questions) == 1
    assert placed.live()["metadata"]["labels"] == {"note": "here"}


async def test_what_somebody_changed_since_is_not_undone(placed: Placed, tmp_path: Path) -> None:
    field = placed.way.field
    async with desk(placed.cluster, tmp_path) as here:
        changed = await here.call("redirect_traffic", **placed.call(placed.way.good))
        other: Any = {"app": "web-v4"} if field == "/spec/selector" else "web-v4" if "name" in field else "7"
        other = 7 if field.endswith("/weight") else other
        placed.patch([{"op": "replace", "path": field, "value": other}], "tuner")
        refused = await here.refused("undo_action", plan=changed["plan"])
    assert "was changed by field manager tuner" in refused
    assert value_at(placed.live(), field) == other


BROKEN = [name for name, way in WAYS.items() if way.bad]


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_target_is_warned_of_and_aborts_by_itself_to_what_was(
    cluster: Cluster, shop: str, tmp_path: Path, name: str
) -> None:
    placed = place(cluster, shop, WAYS[name])
    before, wrote = placed.live(), len(placed.written())
    async with desk(cluster, tmp_path) as here:
        plan = await here.planned("redirect_traffic", **placed.call(placed.way.bad, watch_seconds=30))
        assert plan.draft.risk == "high"
        assert any("no ready endpoints" in warning for warning in plan.draft.warnings)
        assert [bool(write.abort_within) for write in plan.draft.writes] == [False, True]
        answer = await here.call("redirect_traffic", **placed.call(placed.way.bad, watch_seconds=30))
        assert (answer["plan"], answer["changed"], answer["ready"]) == (plan.id, False, False)
        assert "Aborted, as the plan said:" in answer["summary"][0]
        assert "no ready endpoints" in answer["summary"][0]
        told = await (await here.reached.desk()).record.of_plan(plan.id)
        assert "undone already" in await here.refused("undo_action", plan=plan.id)
    assert without_marks(placed.live()) == without_marks(before)
    assert len(here.questions) == 1
    assert [entry.data["status"] for entry in told if entry.kind == "outcome"] == ["aborted"]
    assert len({one.agent for one in placed.written()[wrote:]}) == 1
    assert len(placed.written()) - wrote == 2


async def test_a_healthy_canary_stays_when_its_watch_is_over(placed: Placed, tmp_path: Path) -> None:
    wrote = len(placed.written())
    async with desk(placed.cluster, tmp_path) as here:
        answer = await here.call("redirect_traffic", **placed.call(placed.way.good, watch_seconds=2))
        assert (answer["changed"], answer["ready"]) == (True, True), answer
        told = await (await here.reached.desk()).record.of_plan(answer["plan"])
    assert value_at(placed.live(), placed.way.field) == placed.way.set_to
    states = [(entry.data["number"], entry.data["state"]) for entry in told if entry.kind == "step"]
    assert states == [(1, "sending"), (1, "applied"), (2, "not needed")]
    assert [entry.data["promise"] for entry in told if entry.kind == "verdict"] in ([], ["as promised"])
    assert len(placed.written()) - wrote == 1


async def test_a_canary_that_breaks_under_its_new_weight_is_put_back(
    cluster: Cluster, place_alone: Placed, tmp_path: Path
) -> None:
    """It was well when a person said yes: its containers fail once it is sent more."""
    one = place_alone
    canary = Workload(cluster, ref("web-v2", one.namespace))

    async def break_it() -> None:
        def moved() -> bool:
            return value_at(one.live(), one.way.field) == one.way.set_to

        await anyio.to_thread.run_sync(lambda: cluster.plane.wait("the weight is moved", moved))
        await anyio.to_thread.run_sync(
            lambda: canary.kubectl("set", "image", canary.typed, "app=registry.example/team/app:2-crash")
        )

    answer: Json = {}
    async with desk(cluster, tmp_path) as here, anyio.create_task_group() as group:
        group.start_soon(break_it)
        answer = await here.call("redirect_traffic", **one.call(one.way.good, watch_seconds=60))
    assert answer["changed"] is False
    assert "Aborted, as the plan said: web-v2" in answer["summary"][0]
    assert value_at(one.live(), one.way.field) == "5"


async def test_a_stop_while_a_change_is_watched_holds_its_abort_too_and_says_so(
    cluster: Cluster, shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aborting, "IN_A_ROW", 10**6)  # it is bad from the first, and the stop comes before the alarm
    one = place(cluster, shop, WAYS["an HTTPRoute's weights"])
    wrote = len(one.written())
    answer: Json = {}

    async def stop() -> None:
        def moved() -> bool:
            return value_at(one.live(), "/spec/rules/0/backendRefs/2/weight") == 50

        await anyio.to_thread.run_sync(lambda: cluster.plane.wait("the weight is moved", moved))
        Brake(tmp_path).pull(Actor(role="person", name="ada", known_by="OS user"), "", cluster.clock)

    async with desk(cluster, tmp_path) as here, anyio.create_task_group() as group:
        group.start_soon(stop)
        answer = await here.call("redirect_traffic", **one.call(one.way.bad, watch_seconds=60))
    assert "its watch was cut short, so nothing puts it back by itself" in answer["summary"][0]
    assert "All changes were stopped by ada" in answer["summary"][0]
    assert "A stop holds back the abort too. Undo: back to" in answer["summary"][0]
    assert len(one.written()) - wrote == 1


@pytest.mark.parametrize("broken", [False, True])
async def test_one_approval_suspends_the_sync_and_shifts_and_an_abort_says_what_stays(
    cluster: Cluster, shop: str, tmp_path: Path, broken: bool
) -> None:
    one = place(cluster, shop, WAYS["an HTTPRoute's weights"])
    flux = "kustomize.toolkit.fluxcd.io"
    sync = thing("Kustomization", "web", f"{flux}/v1", spec={"interval": "10m"})
    cluster.plane.kubectl("-n", shop, "delete", "kustomization", "web", "--ignore-not-found")
    cluster.plane.apply(sync, shop)
    cluster.plane.kubectl("-n", shop, "label", "httproute", "web", f"{flux}/name=web", f"{flux}/namespace={shop}")
    before = one.live()
    wanted = one.way.bad if broken else one.way.good
    async with desk(cluster, tmp_path) as here:
        warned = await here.planned("redirect_traffic", **one.call(wanted))
        plan = await here.planned("redirect_traffic", **one.call(wanted, watch_seconds=2, suspend_sync=True))
        answer = await here.call("redirect_traffic", **one.call(wanted, watch_seconds=2, suspend_sync=True))
        assert answer["changed"] is not broken
        owed = [line for line in (await here.call("get_incident"))["summary"] if "Left behind (" in line]
        assert [f"Kustomization {shop}/web is suspended" in line for line in owed] == [True] + [False] * (not broken)
        suspended = cluster.read(f"/apis/{flux}/v1/namespaces/{shop}/kustomizations/web")["spec"]
        assert suspended == {"interval": "10m", "suspend": True}
        assert (await here.call("undo_action", plan=plan.id))["changed"] is True
        assert not any("Left behind" in line for line in (await here.call("get_incident"))["summary"])
        restored = cluster.read(f"/apis/{flux}/v1/namespaces/{shop}/kustomizations/web")["spec"]
    assert f"Flux Kustomization {shop}/web puts this back within 10m" in warned.draft.warnings[-1]
    assert not any("puts this back" in warning for warning in plan.draft.warnings)
    assert [write.target.kind for write in plan.draft.writes] == ["Kustomization", "HTTPRoute", "HTTPRoute"]
    assert (f"Still done: suspend Kustomization {shop}/web" in answer["summary"][0]) is broken
    assert restored == {"interval": "10m"}
    assert without_marks(one.live()) == without_marks(before)


async def test_a_client_that_goes_away_does_not_end_the_watch(cluster: Cluster, shop: str, tmp_path: Path) -> None:
    one = place(cluster, shop, WAYS["nginx' canary weight"])
    async with desk(cluster, tmp_path, mode="legacy") as here:
        record = (await here.reached.desk()).record
        plan = await here.planned("redirect_traffic", **one.call(one.way.good, watch_seconds=4))

        def moved() -> bool:
            return value_at(one.live(), one.way.field) == one.way.set_to

        async with anyio.create_task_group() as group:
            group.start_soon(lambda: here.call("redirect_traffic", **one.call(one.way.good, watch_seconds=4)))
            await anyio.to_thread.run_sync(lambda: cluster.plane.wait("the weight is moved", moved))
            group.cancel_scope.cancel()
        with anyio.fail_after(30):
            while not (told := [entry for entry in await record.of_plan(plan.id) if entry.kind == "outcome"]):
                await anyio.sleep(0.1)
        steps = [entry.data["state"] for entry in await record.of_plan(plan.id) if entry.kind == "step"]
    assert [entry.data["status"] for entry in told] == ["applied"]
    assert steps == ["sending", "applied", "not needed"]


def ref(name: str, namespace: str) -> Ref:
    return Ref(kind="Deployment", namespace=namespace, name=name)


@pytest.fixture
def place_alone(cluster: Cluster) -> Iterator[Placed]:
    with cluster.plane.new_namespace("canary") as name:
        cluster.plane.apply([_release(f"web-{version}", version[1]) for version in ("v1", "v2")], name)
        cluster.plane.apply([service(f"web-{version}") for version in ("v1", "v2")], name)
        for version in ("v1", "v2"):
            _wait_ready(cluster, name, f"web-{version}")
        yield place(cluster, name, WAYS["nginx' canary weight"])


@pytest.mark.parametrize("name", ["a Service's selector", "an Ingress' backend"])
async def test_who_may_not_change_it_is_told_before_anybody_is_asked(
    cluster: Cluster, shop: str, tmp_path: Path, name: str
) -> None:
    placed = place(cluster, shop, WAYS[name])
    cluster.let_view(shop)
    async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
        plan = await here.planned("redirect_traffic", **placed.call(placed.way.good))
        refused = await here.refused("redirect_traffic", **placed.call(placed.way.good))
    assert "may not patch" in plan.draft.refused
    assert "may not patch" in refused
    assert here.questions == []


@pytest.mark.parametrize("name", ["an HTTPRoute's weights", "a VirtualService's weights"])
async def test_who_may_not_even_read_it_is_told_so(cluster: Cluster, shop: str, tmp_path: Path, name: str) -> None:
    placed = place(cluster, shop, WAYS[name])
    cluster.let_view(shop)
    async with desk(cluster, tmp_path, kubeconfig=cluster.viewer) as here:
        refused = await here.refused("redirect_traffic", **placed.call(placed.way.good))
    assert "may not get" in refused
    assert here.questions == []


WRONG: list[tuple[str, Json, str]] = [
    ("a Service's selector", {"to": "web-v2"}, "to means nothing for a Service"),
    ("a Service's selector", {}, "To which labels"),
    ("a Service's selector", {"selector": {"app": "web-v1"}}, "already"),
    ("an Ingress' backend", {"percent": 5}, "is no canary"),
    ("an Ingress' backend", {"to": "web-v1"}, "already"),
    ("an Ingress' backend", {"to": "web-v2", "instead_of": "api"}, "leads to no Service api"),
    ("nginx' canary weight", {"percent": 5}, "already"),
    ("an HTTPRoute's weights", {"to": "web-v2"}, "Which share"),
    ("an HTTPRoute's weights", {"to": "web-v9", "percent": 5}, "is no backend"),
    ("an HTTPRoute's weights", {"to": "web-v2", "percent": 10}, "already"),
    ("a VirtualService's weights", {"to": "v1", "percent": 5}, "nobody can tell who gets the rest"),
]


@pytest.mark.parametrize(("name", "wanted", "words"), WRONG, ids=[each[2] for each in WRONG])
async def test_a_call_that_makes_no_sense_says_what_would(
    cluster: Cluster, shop: str, tmp_path: Path, name: str, wanted: Json, words: str
) -> None:
    placed = place(cluster, shop, WAYS[name])
    async with desk(cluster, tmp_path) as here:
        assert words in await here.refused("redirect_traffic", **placed.call(wanted))
    assert here.questions == []
