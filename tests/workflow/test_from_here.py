"""What an assessment says of hurt hosts as this machine meets them."""

import dataclasses
import json
from pathlib import Path

import pytest

from incident_mcp.reach.trying import Reach
from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.assessment import AssessmentReply, assess_incident
from incident_sandbox import serve_sandbox

ASKER = Actor(role="server", name="test", known_by="server")
ASKED: list[str] = []


async def nowhere(host: str) -> list[str]:
    ASKED.append(host)
    return []


async def assessed(scenario: str, home: Path, reach: Reach | None) -> AssessmentReply:
    ASKED.clear()
    async with serve_sandbox(scenario) as sandbox:
        desk = await open_desk(load_settings(kubeconfig=str(sandbox.kubeconfig), home=home), {})
        try:
            desk = dataclasses.replace(desk, reach=reach)
            return await assess_incident(desk, ASKER, namespace=None, incident=None)
        finally:
            await desk.api.aclose()


async def test_each_hurt_host_is_tried_once_beside_the_view_from_inside(tmp_path: Path) -> None:
    found = await assessed("bad-rollout", tmp_path, Reach(resolve=nowhere))
    assert found.findings[0].breaks
    assert "shop.example.com/checkout answers 503" in found.findings[0].breaks.text
    assert found.from_here == ("http://shop.example.com/checkout: its name does not resolve",)
    assert ASKED == ["shop.example.com"]


async def test_turned_off_nobody_is_asked(tmp_path: Path) -> None:
    found = await assessed("bad-rollout", tmp_path, None)
    assert "from_here" not in found.compact()
    assert ASKED == []


async def test_where_nothing_is_hurt_nobody_is_asked(tmp_path: Path) -> None:
    found = await assessed("healthy", tmp_path, Reach(resolve=nowhere))
    assert (found.from_here, ASKED) == ((), [])
    assert len(json.dumps(found.compact())) < 8000


@pytest.mark.parametrize("on", [True, False])
async def test_it_is_on_unless_the_settings_turn_it_off(tmp_path: Path, on: bool) -> None:
    async with serve_sandbox("healthy") as sandbox:
        desk = await open_desk(load_settings(kubeconfig=str(sandbox.kubeconfig), home=tmp_path, try_hosts=on), {})
        await desk.api.aclose()
    assert (desk.reach is not None) is on
