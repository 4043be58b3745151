"""An answer is short whatever the cluster or the record holds, clean whatever a title says, and led by the cluster."""

import json
from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult

from incident_mcp.text.budget import tokens
from incident_sandbox.model.resources import DEPLOYMENTS
from tests.surface.test_approval import checkout
from tests.surface.world import CHECKOUT, DECLINE, World, always, data_of, text_of, world


def small(result: CallToolResult, most: int = 2000) -> dict[str, Any]:
    data = data_of(result)
    assert tokens(data) <= most, tokens(data)
    return data


def grow(here: World, generation: int) -> None:
    """A new revision with many containers and variables."""
    spec = json.loads(json.dumps(checkout(here)["spec"]))
    first = spec["template"]["spec"]["containers"][0]
    spec["template"]["spec"]["containers"] = [
        {
            **first,
            "name": f"container-{number}",
            "ports": [],
            "env": [{"name": f"VARIABLE_{n}_OF_{number}", "value": f"{generation}-{n}"} for n in range(60)],
        }
        for number in range(6)
    ]
    here.sandbox.cluster.edit(DEPLOYMENTS, "shop", "checkout", {"spec": spec}, manager="deploy-bot")


async def test_histories_and_previews_of_large_templates_stay_short(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE)) as here:
        for generation in range(3):
            grow(here, generation)
            here.sandbox.cluster.settle()
        small(await here.call("rollout_history", **CHECKOUT))
        page = small(await here.call("preview_change", tool="rollback_workload", arguments=CHECKOUT | {"revision": 8}))
        assert any("more: incident-mcp plan" in line for line in page["page"])


async def test_a_long_record_is_told_in_part(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE)) as here:
        for number in range(40):
            await here.call("record_entry", kind="note", text=f"{number}: " + "the phone rings " * 100)
        told = small(await here.call("get_incident"))
        assert "of 41 entries shown" in told["more"]
        small(await here.call("get_incident", entries=200), 8000)


async def test_a_title_leaks_no_secret_and_carries_no_tricks(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE), opened=False) as here:
        title = "checkout \u202edown\x1b[31m password=" + "hunter2" * 2
        opened = data_of(await here.call("open_incident", title=title))
        everything = json.dumps(opened, ensure_ascii=False)
        assert "hunter2" not in everything
        assert "\u202e" not in everything
        assert "\x1b" not in everything


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("rollout_history", CHECKOUT | {"kind": "Foo"}),
        ("rollback_workload", CHECKOUT | {"revision": 99}),
        ("scale_workload", CHECKOUT | {"replicas": 500}),
        ("scale_workload", CHECKOUT | {"replicas": -1}),
        ("check_health", {"nonsense": 1}),
        ("no_such_tool", {}),
    ],
)
async def test_the_clusters_name_leads_every_refusal(tmp_path: Path, tool: str, arguments: dict[str, Any]) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE)) as here:
        told = await here.call(tool, **arguments)
        assert told.is_error
        assert text_of(told).startswith("sandbox")
        assert "Nothing was changed." in text_of(told)


async def test_a_look_is_answered_while_several_incidents_are_open(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", always(DECLINE)) as here:
        await here.call("open_incident", title="payments is slow")
        assert data_of(await here.call("check_health"))["entry"].startswith("u")
        refused = await here.rollback()
        assert "Several incidents are open" in text_of(refused)
        assert "rollback_workload was refused" in here.said()


async def test_a_container_that_no_pod_has_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None) as here:
        told = await here.call("analyze_logs", **CHECKOUT, container="chekout")
        assert told.is_error
        assert text_of(told) == (
            "sandbox: No pod of Deployment shop/checkout has a container chekout. Nothing was changed. "
            "There are: checkout."
        )
