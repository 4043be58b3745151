"""Others are told through the executor, whose tokens are its own: the assistant's server has none."""

from pathlib import Path
from typing import Any

import pytest

from incident_mcp.gate.approvers import Approvers
from tests.communicate.telling import IMPACT, Talk, talk
from tests.gate.test_doors import SECRET, door_of
from tests.surface.world import data_of, text_of

ALERT = {"id": "PT4KHLK", "title": "checkout 5xx", "status": "triggered"}
MESSAGES: dict[str, dict[str, Any]] = {
    "post_update": {"status": "investigating", "impact": IMPACT},
    "page": {"do": "acknowledge", "alert": "PT4KHLK"},
    "create_follow_ups": {"items": ["Set maxUnavailable below 100%"], "to": "github"},
}


def sent(told: Talk) -> int:
    return len(told.slack.messages) + len(told.duty.writes) + len(told.github.issues)


@pytest.mark.parametrize("tool", MESSAGES)
async def test_a_message_is_sent_once_by_the_executor_after_a_persons_yes(tmp_path: Path, tool: str) -> None:
    async with talk(tmp_path, channels=("slack", "pagerduty", "github"), stands="separated") as told:
        here = told.here
        assert (here.settings.slack, here.settings.pagerduty, here.settings.github) == (None, None, None)
        Approvers(tmp_path).set("ada", SECRET)
        told.duty.incidents["PT4KHLK"] = dict(ALERT)
        asked = text_of(await here.call(tool, **MESSAGES[tool]))
        [(plan, _)] = door_of(here).waiting()
        assert f"approval required for plan {plan.id}" in asked
        assert sent(told) == 0
        await door_of(here).approve(plan, "ada", SECRET)
        assert sent(told) == 0, "an approval alone sends nothing"
        assert data_of(await here.call(tool, **MESSAGES[tool]))["changed"] is True
        assert sent(told) == 1
        await here.call(tool, **MESSAGES[tool])
        assert sent(told) == 1
        assert here.questions == []
        assert any(entry.kind == "outcome" and "sent" in str(entry.data["status"]) for entry in here.entries())
