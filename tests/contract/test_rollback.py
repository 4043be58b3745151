"""A rollback through the whole gate leaves what `kubectl rollout undo` leaves, and can be undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitRequestParams, ElicitResult, TextContent

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.template_diff import differences
from incident_mcp.cluster.writes import rehearse
from tests.contract.cluster import Asked, Cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import TEAM, Json, Workload, workload
from tests.surface.world import DECLINE, MODES, Mode

KINDS = ("Deployment", "StatefulSet", "DaemonSet")
SPECS: dict[str, Json] = {
    "Deployment": {"replicas": 2},
    "StatefulSet": {"replicas": 1, "serviceName": "app"},
    "DaemonSet": {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "100%"}}},
}


@pytest.fixture(scope="module", params=KINDS)
def rolled(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[Workload]:
    """A workload of each kind at revision 2, all pods ready."""
    with cluster.plane.new_namespace("contract") as name:
        made = workload(cluster, name, request.param, pod=None, **SPECS[request.param])
        made.set_image("2")
        made.wait_ready()
        yield made


def spec(thing: Json) -> Json:
    return thing["spec"]


def written(one: Workload) -> list[Asked]:
    return [asked for asked in one.cluster.ours(one.namespace) if asked.wrote]


async def test_a_rollback_does_what_kubectl_does_and_back(rolled: Workload, api: Api, tmp_path: Path) -> None:
    at_2 = rolled.live()
    async with desk(rolled.cluster, tmp_path) as here:
        plan = await here.planned("rollback_workload", **rolled.arguments, revision=1)
        rehearsed = [await rehearse(api, write) for write in plan.draft.writes]
        changed = await here.call("rollback_workload", **rolled.arguments, revision=1)
        assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True)
        at_3 = rolled.live()

        assert [spec(tried) for tried in rehearsed] == [spec(at_3)]
        template = ("spec", "template")
        assert plan.draft.diff == differences(_at(at_2, *template), _at(at_3, *template)) == ("image app:2 -> 1",)
        assert plan.draft.kubectl == (
            f"kubectl -n {rolled.namespace} rollout undo {rolled.ref.kind.lower()}/app --to-revision=1"
        )

        assert plan.draft.undo.action == "rollback_workload"
        back = await here.call("rollback_workload", **plan.draft.undo.arguments)
        assert (back["changed"], back["ready"]) == (True, True)
        assert spec(rolled.live()) == spec(at_2)

        # What was revision 1 became 3, and the undo 4.
        rolled.kubectl(*plan.draft.kubectl.replace("--to-revision=1", "--to-revision=3").split()[3:])
        assert spec(rolled.live()) == spec(at_3)
        rolled.wait_observed()
        history = await here.call("rollout_history", **rolled.arguments)
        assert [one["revision"] for one in history["revisions"]] == [5, 4]
        assert history["current_revision"] == 5
    assert len(here.questions) == 2
    ours = written(rolled)
    resource = f"{rolled.ref.kind.lower()}s"
    assert [(asked.verb, asked.resource, asked.status) for asked in ours] == [("patch", resource, 200)] * 2
    assert ours[0].agent.startswith("incident-mcp/0.1.0 plan/")
    assert ours[0].agent.endswith(plan.digest)
    assert ours[0].agent != ours[1].agent


@pytest.fixture
def idle(cluster: Cluster, place: str) -> Workload:
    """A Deployment at revision 2 that wants no pods."""
    made = workload(cluster, place, "Deployment", replicas=0)
    made.set_image("2")
    return made


@pytest.mark.parametrize("mode", MODES)
async def test_a_change_by_somebody_else_in_the_human_pause_is_not_overwritten(
    idle: Workload, tmp_path: Path, mode: Mode
) -> None:
    def slow(params: ElicitRequestParams) -> ElicitResult:
        idle.set_image("3", manager="helm")
        return agrees(params)

    async with desk(idle.cluster, tmp_path, slow, mode=mode) as here:
        answer = await here.client.call_tool("rollback_workload", idle.arguments)
    told = "".join(block.text for block in answer.content if isinstance(block, TextContent))
    assert "Not applied. Since the plan was made" in told
    assert "field manager helm" in told
    assert len(here.questions) == 1
    assert spec(idle.live())["template"]["spec"]["containers"][0]["image"] == f"{TEAM}:3"
    assert written(idle) == []


async def test_a_workload_that_was_made_anew_is_not_the_one_that_was_shown(idle: Workload, tmp_path: Path) -> None:
    def slow(params: ElicitRequestParams) -> ElicitResult:
        idle.kubectl("delete", idle.typed)
        workload(idle.cluster, idle.namespace, "Deployment", replicas=0)
        idle.set_image("2")
        return agrees(params)

    async with desk(idle.cluster, tmp_path, slow, mode="legacy") as here:
        answer = await here.call("rollback_workload", **idle.arguments)
    assert "deleted and made anew" in answer["summary"][0]
    assert written(idle) == []


async def test_a_change_elsewhere_on_the_object_does_not_disturb(idle: Workload, tmp_path: Path) -> None:
    def slow(params: ElicitRequestParams) -> ElicitResult:
        idle.kubectl("annotate", idle.typed, "note=somebody was here")
        idle.kubectl("scale", idle.typed, "--replicas=1")
        return agrees(params)

    async with desk(idle.cluster, tmp_path, slow) as here:
        answer = await here.call("rollback_workload", **idle.arguments)
    assert answer["changed"] is True
    assert len(here.questions) == 1
    live = idle.live()
    assert live["metadata"]["annotations"]["note"] == "somebody was here"
    assert (live["spec"]["replicas"], len(written(idle))) == (1, 1)


async def test_a_declined_plan_leaves_nothing_but_rehearsals(idle: Workload, tmp_path: Path) -> None:
    before = idle.live()

    def no(_: ElicitRequestParams) -> ElicitResult:
        return DECLINE

    async with desk(idle.cluster, tmp_path, no) as here:
        answer = await here.call("rollback_workload", **idle.arguments)
    assert "Nothing was changed" in answer["summary"][0]
    assert idle.live() == before
    ours = idle.cluster.ours(idle.namespace)
    assert ours
    assert {(asked.agent, asked.dry_run) for asked in ours} == {("incident-mcp/0.1.0 rehearsal", True)}


def _at(thing: Any, *path: str) -> Any:
    for part in path:
        thing = thing[part]
    return thing
