"""Prompts as a client gets them: facts first, fetched when they are asked for, then what is asked of the model."""

from pathlib import Path

import pytest
from mcp.types import TextContent

from tests.surface.world import MODES, Mode, World, world


async def prompt(here: World, name: str, **arguments: str) -> str:
    (message,) = (await here.client.get_prompt(name, arguments)).messages
    assert isinstance(message.content, TextContent)
    return message.content.text


@pytest.mark.parametrize("mode", MODES)
async def test_a_phases_prompt_brings_findings_timeline_and_the_plan_that_waits(tmp_path: Path, mode: Mode) -> None:
    async with world(tmp_path, mode, None) as here:
        await here.call("assess_incident")
        await here.call(
            "preview_change",
            tool="rollback_workload",
            arguments={"kind": "Deployment", "namespace": "shop", "name": "checkout"},
        )
        text = await prompt(here, "mitigation", target="shop/checkout")
    facts, _, asked = text.partition("Phase 2")
    assert "checkout is down: open, severity not set, SEV-2 proposed" in facts
    assert "Deployment shop/checkout: checkout:1.42 wants PAYMENT_URL" in facts
    assert "«KeyError: 'PAYMENT_URL'»" in facts
    assert "waits for a person until" in facts
    assert "Proposed: roll back Deployment shop/checkout" in facts
    assert "mitigation of shop/checkout" in asked


async def test_every_prompt_is_given_with_and_without_an_incident_and_takes_single_words(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None, opened=False) as here:
        listed = (await here.client.list_prompts()).prompts
        for each in listed:
            assert "no incident has been opened" in await prompt(here, each.name)
            assert all(
                "one word" in (one.description or "") or "id" in (one.description or "") for one in each.arguments or ()
            )
    assert {each.name for each in listed} == {
        "incident", "assessment", "mitigation", "investigation", "resolution", "postmortem", "status", "severity",
        "devops-troubleshooter", "kubernetes-architect", "python-pro", "typescript-pro",
    }  # fmt: skip


async def test_a_prompt_about_the_record_does_not_look_at_the_cluster(tmp_path: Path) -> None:
    async with world(tmp_path, "2026-07-28", None) as here:
        before = len(here.entries())
        assert "SEV-1" in await prompt(here, "severity")
        assert len(here.entries()) == before
