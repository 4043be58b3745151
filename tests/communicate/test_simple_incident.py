"""The simple incident as `prompts/incident.md` has it, step by step: the person is asked three times, for the change,
the first messages and the closing ones. What only looks or writes into the record never asks.
"""

from pathlib import Path
from typing import Any

import pytest
from mcp.types import CallToolResult, ElicitResult

from incident_mcp.cli.client_rules import PROJECT, permission_rules
from incident_mcp.vocabulary.entry import EntryKind
from tests.communicate.telling import IMPACT, Talk, talk
from tests.surface.world import CHECKOUT, MODES, Mode, data_of, text_of

EVERY_BOX = ElicitResult(action="accept", content={"approve": True, "send_1": True, "send_2": True})


class Steps:
    """Calls tools, and keeps for each how many forms it raised."""

    def __init__(self, told: Talk) -> None:
        self._told = told
        self.raised: dict[str, int] = {}

    async def call(self, tool: str, /, **arguments: Any) -> CallToolResult:
        before = len(self._told.here.forms)
        self._told.answers[:] = [EVERY_BOX]
        result = await self._told.here.call(tool, **arguments)
        assert not result.is_error, text_of(result)
        self.raised[tool] = self.raised.get(tool, 0) + len(self._told.here.forms) - before
        return result

    async def tell(self, status: str) -> None:
        arguments = {"status": status, "impact": IMPACT}
        await self.call("preview_change", tool="post_update", arguments=arguments)
        assert data_of(await self.call("post_update", **arguments))["changed"] is True


@pytest.mark.parametrize("mode", MODES)
async def test_the_simple_incident_asks_for_the_change_the_first_messages_and_the_closing_ones(
    tmp_path: Path, mode: Mode
) -> None:
    async with talk(tmp_path, mode=mode, opened=False) as told:
        steps = Steps(told)
        await steps.call("open_incident", title="checkout is down")
        found = data_of(await steps.call("assess_incident"))
        await steps.call("update_incident", severity="SEV-2")
        await steps.call("record_entry", kind="impact", text=IMPACT)
        await steps.tell("investigating")

        change = found["propose"]
        await steps.call("preview_change", **change)
        assert data_of(await steps.call(change["tool"], **change["arguments"]))["changed"] is True
        for look in ("diagnose_workload", "rollout_history", "analyze_logs"):
            await steps.call(look, **CHECKOUT)
        for look in ("what_changed", "resource_usage", "check_health", "get_incident"):
            await steps.call(look)
        await steps.call("hand_off", specialist="python-pro", question="Why does 1.42 want PAYMENT_URL?")
        await steps.call("hand_over", receiver="Grace")
        await steps.call("record_entry", kind="root_cause", text="1.42 wants a key that no ConfigMap has")

        assert data_of(await steps.call("verify_fix", **CHECKOUT))["verdict"] == "recovered"
        await steps.call("update_incident", status="resolved")
        await steps.tell("resolved")
        await steps.call("write_postmortem")
        await steps.call("close_incident")

        assert {tool: forms for tool, forms in steps.raised.items() if forms} == {
            "post_update": 2,
            "rollback_workload": 1,
        }
        assert [entry.kind for entry in told.here.entries()].count(EntryKind.QUESTION) == 3
        assert len(told.slack.messages) == 2
        [published] = told.page.incidents.values()
        assert len(published["incident_updates"]) == 2
        ruled = (await permission_rules(told.here.settings))["allow"]
    assert {PROJECT + tool for tool in steps.raised} <= set(ruled), "the client itself would ask"
