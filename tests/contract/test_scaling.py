"""Scaling through the whole gate: up, down, to zero and back, each with its undo."""

from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitRequestParams, ElicitResult

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.writes import rehearse
from tests.contract.cluster import Asked, Cluster
from tests.contract.desk import agrees, desk
from tests.contract.shop import Workload, workload

SPECS: dict[str, dict[str, Any]] = {
    "Deployment": {},
    "StatefulSet": {"serviceName": "app", "podManagementPolicy": "Parallel"},
}


@pytest.fixture
def two(cluster: Cluster, place: str) -> Workload:
    """A Deployment of two pods, all ready."""
    return workload(cluster, place, "Deployment", replicas=2)


def replicas(one: Workload) -> int:
    return one.live()["spec"]["replicas"]


def written(one: Workload) -> list[Asked]:
    return [asked for asked in one.cluster.ours(one.namespace) if asked.wrote]


@pytest.mark.parametrize("kind", SPECS)
async def test_up_down_to_zero_and_back(cluster: Cluster, place: str, api: Api, tmp_path: Path, kind: str) -> None:
    two = workload(cluster, place, kind, replicas=2, **SPECS[kind])
    before = two.live()
    async with desk(two.cluster, tmp_path) as here:
        for count, risk in ((3, "normal"), (1, "high"), (0, "high")):
            plan = await here.planned("scale_workload", **two.arguments, replicas=count)
            assert plan.draft.risk == risk
            [write] = plan.draft.writes
            rehearsed = await rehearse(api, write)
            assert rehearsed["spec"].get("replicas", 0) == count
            changed = await here.call("scale_workload", **two.arguments, replicas=count)
            assert (changed["plan"], changed["changed"], changed["ready"]) == (plan.id, True, True)
            assert replicas(two) == count
            live = await api.get_json(f"{two.path}/scale")
            assert live["spec"] == rehearsed["spec"]
        back = await here.call("scale_workload", **plan.draft.undo.arguments)
        assert (back["changed"], replicas(two)) == (True, 1)
    assert len(here.questions) == 4
    assert [asked.resource for asked in written(two)] == [f"{two.ref.kind.lower()}s/scale"] * 4
    assert len({asked.agent for asked in written(two)}) == 4, "each write names its own plan"
    assert {**two.live()["spec"], "replicas": 2} == before["spec"], "nothing but the count was touched"


async def test_somebody_elses_count_is_not_overwritten(two: Workload, tmp_path: Path) -> None:
    def slow(params: ElicitRequestParams) -> ElicitResult:
        two.kubectl("scale", two.typed, "--replicas=4")
        return agrees(params)

    async with desk(two.cluster, tmp_path, slow, mode="legacy") as here:
        answer = await here.call("scale_workload", **two.arguments, replicas=3)
    assert "Not applied" in answer["summary"][0]
    assert "no longer at 2 replicas" in answer["summary"][0]
    assert (replicas(two), written(two)) == (4, [])


async def test_to_zero_wants_the_name_typed(two: Workload, tmp_path: Path) -> None:
    def mistypes(_: ElicitRequestParams) -> ElicitResult:
        return ElicitResult(action="accept", content={"name": "ap"})

    async with desk(two.cluster, tmp_path, mistypes) as here:
        answer = await here.call("scale_workload", **two.arguments, replicas=0)
    assert "Nothing was changed" in answer["summary"][0]
    assert (replicas(two), written(two)) == (2, [])
