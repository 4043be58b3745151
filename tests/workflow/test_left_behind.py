"""What a change leaves behind is owed by somebody until it is taken back, settled, or no longer so."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.types import ElicitResult

from incident_mcp.cluster.calls import MERGE_PATCH
from tests.cluster.connection.harness import connected
from tests.deploy.test_table import THINGS
from tests.surface.world import CHECKOUT, World, data_of, text_of, world

PAUSE = {"namespace": "shop", "name": "checkout"}
YES = ElicitResult(action="accept", content={"approve": True, "name": "node-2"})


async def agree() -> ElicitResult:
    return YES


@asynccontextmanager
async def quiet(home: Path) -> AsyncGenerator[World]:
    """A healthy shop whose incident ada commands."""
    async with world(home, "2026-07-28", agree, scenario="healthy", user="ada") as here:
        yield here


async def done(here: World, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = data_of(await here.call(tool, **arguments))
    assert answer["changed"] is True, answer
    return answer


async def owed(here: World, tool: str = "get_incident", **arguments: Any) -> list[str]:
    """The lines on what is left behind, without their entries' ids and the time of day."""
    result = await here.call(tool, **arguments)
    assert not result.is_error, text_of(result)
    return [
        line.partition("): ")[2].partition(" UTC")[0][:-9]
        for line in data_of(result)["summary"]
        if line.startswith("Left behind (")
    ]


def debt(here: World) -> str:
    return next(entry.id for entry in here.entries() if entry.kind == "debt")


LEAVING: list[tuple[str, dict[str, Any], str]] = [
    ("cordon_node", {"name": "node-2", "do": "cordon"}, "Node node-2 is cordoned"),
    ("scale_workload", {**CHECKOUT, "replicas": 5}, "Deployment shop/checkout has 5 replicas instead of 3"),
    ("pause_rollout", PAUSE, "the rollout of Deployment shop/checkout is paused"),
    (
        "suspend_job",
        {"kind": "CronJob", "namespace": "shop", "name": "nightly"},
        "CronJob shop/nightly is suspended",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "what"), LEAVING, ids=[each[0] for each in LEAVING])
async def test_what_a_change_leaves_behind_is_the_commanders_until_it_is_undone(
    tmp_path: Path, tool: str, arguments: dict[str, Any], what: str
) -> None:
    async with quiet(tmp_path) as here:
        async with connected(here.sandbox.kubeconfig) as api:
            for path, thing in THINGS:
                await api.create(path, thing, user_agent="kubectl/v1")
        answer = await done(here, tool, **arguments)
        assert answer["owed"] == "1 thing left behind: get_incident"
        assert [line.partition(". ada, until")[0] for line in await owed(here)] == [what]
        undone = await done(here, "undo_action", plan=answer["plan"])
        assert "owed" not in undone
        assert await owed(here) == []
        assert f"debt: Settled: {what}: the cluster shows that it is no longer so" in here.said()


async def test_what_goes_back_by_a_change_of_its_own_leaves_nothing(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "scale_workload", **CHECKOUT, replicas=5)
        await done(here, "scale_workload", **CHECKOUT, replicas=3)
        assert await owed(here) == []


async def test_what_somebody_else_takes_back_is_settled_at_the_next_look(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "cordon_node", name="node-2", do="cordon")
        async with connected(here.sandbox.kubeconfig) as api:
            back = {"spec": {"unschedulable": None}}
            await api.patch("/api/v1/nodes/node-2", back, content_type=MERGE_PATCH, user_agent="kubectl/v1")
        assert await owed(here) == []


async def test_it_is_handed_over_unless_somebody_has_taken_it(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "cordon_node", name="node-2", do="cordon")
        [line] = await owed(here, "hand_over", receiver="Bob")
        assert line.startswith("Node node-2 is cordoned. Bob, until")
        taken = data_of(await here.call("record_entry", kind="debt_taken", text="Eve", entry=debt(here)))
        assert taken["summary"] == ["sandbox: Eve takes: Node node-2 is cordoned."]
        [line] = await owed(here, "hand_over", receiver="Carl")
        assert line.startswith("Node node-2 is cordoned. Eve, until")


async def test_a_person_may_settle_it_and_nothing_else_can_be_settled(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        refused = await here.call("record_entry", kind="debt_settled", text="kept", entry="e1")
        assert "e1 is no open debt. Nothing was changed. Open ones: none." in text_of(refused)
        await done(here, "scale_workload", **CHECKOUT, replicas=5)
        await here.call("record_entry", kind="debt_settled", text="we keep five", entry=debt(here))
        assert await owed(here) == []
        again = await here.call("record_entry", kind="debt_taken", text="Eve", entry=debt(here))
        assert again.is_error


async def test_a_late_one_is_told_in_every_answer(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "pause_rollout", **PAUSE)
        here.clock.forward(hours=5)
        looked = data_of(await here.call("check_health", namespace="shop"))
        assert looked["owed"] == "1 thing left behind, 1 overdue: get_incident"
        assert "overdue since" in text_of(await here.call("get_incident"))


async def test_closing_is_not_held_up_and_leaves_it_to_the_commander(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "cordon_node", name="node-2", do="cordon")
        name = here.entries()[0].incident
        [line] = await owed(here, "close_incident", reason="over")
        assert line.startswith("Node node-2 is cordoned. ada, until")
        assert "debt: ada takes: Node node-2 is cordoned" in here.said()
        written = data_of(await here.call("write_postmortem", incident=name))
        assert "Take back or keep on purpose: Node node-2 is cordoned" in Path(written["path"]).read_text()


async def test_while_the_cluster_does_not_answer_it_stays_owed(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "cordon_node", name="node-2", do="cordon")
        here.sandbox.faults.drop_next(count=50)
        assert len(await owed(here)) == 1


SHIFT = {"kind": "Service", "namespace": "shop", "name": "checkout", "selector": {"app": "catalog"}, "watch_seconds": 0}
FLAGS = """{"flags": {
  "new-checkout": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"},
  "fast-cart": {"state": "ENABLED", "variants": {"on": true, "off": false}, "defaultVariant": "on"}
}}"""
MAP = "/api/v1/namespaces/shop/configmaps"
SWITCH = {"kind": "ConfigMap", "namespace": "shop", "name": "flags", "flag": "new-checkout", "to": "off"}


async def flags(here: World, text: str, *, made: bool = False) -> None:
    async with connected(here.sandbox.kubeconfig) as api:
        thing = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "flags"}, "data": {"flags.json": text}}
        if made:
            await api.create(MAP, thing, user_agent="kubectl/v1")
        else:
            body = {"data": thing["data"]}
            await api.patch(f"{MAP}/flags", body, content_type=MERGE_PATCH, user_agent="tuner/v1")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("redirect_traffic", SHIFT),
        ("set_feature_flag", SWITCH),
        ("scale_workload", {**CHECKOUT, "replicas": 5}),
        ("pause_rollout", PAUSE),
    ],
)
async def test_an_undo_that_is_undone_leaves_behind_again_what_the_change_did(
    tmp_path: Path, tool: str, arguments: dict[str, Any]
) -> None:
    async with quiet(tmp_path) as here:
        await flags(here, FLAGS, made=True)
        changed = await done(here, tool, **arguments)
        before = await owed(here)
        assert len(before) == 1
        undone = await done(here, "undo_action", plan=changed["plan"])
        assert await owed(here) == []
        again = await done(here, "undo_action", plan=undone["plan"])
        assert await owed(here) == before
        await done(here, "undo_action", plan=again["plan"])
        assert await owed(here) == []


async def test_of_two_changes_the_first_is_owed_again_when_the_second_is_undone(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await done(here, "scale_workload", **CHECKOUT, replicas=5)
        first = await owed(here)
        second = await done(here, "scale_workload", **CHECKOUT, replicas=8)
        assert [line.partition(". ")[0] for line in await owed(here)] == [
            "Deployment shop/checkout has 8 replicas instead of 5"
        ]
        await done(here, "undo_action", plan=second["plan"])
        assert await owed(here) == first
        await done(here, "scale_workload", **CHECKOUT, replicas=3)
        assert await owed(here) == []


async def test_a_flag_stays_owed_while_somebody_sets_another_one_in_the_same_file(tmp_path: Path) -> None:
    async with quiet(tmp_path) as here:
        await flags(here, FLAGS, made=True)
        await done(here, "set_feature_flag", **SWITCH)
        ours, _, others = FLAGS.partition("fast-cart")
        ours = ours.replace('"defaultVariant": "on"', '"defaultVariant": "off"')
        off = others.replace('"defaultVariant": "on"', '"defaultVariant": "off"')
        await flags(here, f"{ours}fast-cart{off}")
        assert len(await owed(here)) == 1
        await flags(here, FLAGS)
        assert await owed(here) == []
