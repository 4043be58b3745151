"""What the model is given: few tools, short words. Each tool's listing is a reviewed snapshot file.

After a change on purpose: `UPDATE_SNAPSHOTS=1 make test ARGS=tests/surface/test_tool_surface.py`, and read the diff.
"""

import json
import os
import re
from pathlib import Path

import pytest
from mcp.types import Tool as ListedTool

from incident_mcp.settings import Settings, load_settings
from incident_mcp.text import templates
from incident_mcp.wiring import office, server

SNAPSHOTS = Path(__file__).with_name("snapshots")
ALL_TOOLS = 34
BUDGET = 20_000
"""Characters of names, descriptions and input schemas of all tools of the finished product together."""
EXPECTED = {
    "assess_incident", "check_health", "rollout_history", "rollback_workload", "scale_workload", "preview_change",
    "verify_fix", "analyze_logs", "follow_logs", "open_incident", "update_incident", "record_entry", "get_incident",
    "write_postmortem", "close_incident", "hand_over", "diagnose_workload", "what_changed", "resource_usage",
    "read_object", "restart_workload", "pause_rollout", "set_resources", "cordon_node", "evict_pod", "suspend_job",
    "undo_action", "run_diagnostic", "redirect_traffic", "set_feature_flag", "hand_off",
    "page", "post_update",
    "create_follow_ups",
}  # fmt: skip


@pytest.fixture
async def tools(tmp_path: Path) -> list[ListedTool]:
    settings = load_settings(allow_writes=True, home=tmp_path)

    async def located() -> Settings:
        return settings

    return await server(settings, office(settings, {}, located)).list_tools()


def size(tool: ListedTool) -> int:
    return len(tool.name) + len(tool.description or "") + len(json.dumps(tool.input_schema, separators=(",", ":")))


async def test_exactly_the_tools_of_the_workflow_are_listed(tools: list[ListedTool]) -> None:
    assert {tool.name for tool in tools} == EXPECTED
    assert len(tools) == len(EXPECTED)


async def test_the_tools_take_their_share_of_the_budget_and_no_more(tools: list[ListedTool]) -> None:
    assert sum(size(tool) for tool in tools) <= BUDGET * len(tools) / ALL_TOOLS
    lengths = [len(tool.description or "") for tool in tools]
    assert max(lengths) <= 400
    assert sum(lengths) / len(lengths) <= 220


async def test_every_tool_is_titled_described_and_fully_annotated(tools: list[ListedTool]) -> None:
    for tool in tools:
        assert tool.title, tool.name
        assert tool.description, tool.name
        assert tool.annotations is not None, tool.name
        hints = tool.annotations.model_dump(exclude={"title"})
        assert all(isinstance(value, bool) for value in hints.values()), (tool.name, hints)
        assert tool.output_schema is None


async def test_only_the_tools_that_change_the_cluster_are_destructive(tools: list[ListedTool]) -> None:
    destructive = {tool.name for tool in tools if tool.annotations and tool.annotations.destructive_hint}
    assert destructive == {
        "rollback_workload", "scale_workload", "restart_workload", "pause_rollout", "set_resources", "cordon_node",
        "evict_pod", "suspend_job", "run_diagnostic", "undo_action", "redirect_traffic", "set_feature_flag",
        "page", "post_update", "create_follow_ups",
    }  # fmt: skip


async def test_no_schema_carries_titles_or_null_unions_and_unknown_arguments_are_refused(
    tools: list[ListedTool],
) -> None:
    for tool in tools:
        text = json.dumps(tool.input_schema)
        assert '"title": "' not in text, tool.name
        assert '{"type": "null"}' not in text, tool.name
        assert tool.input_schema["additionalProperties"] is False, tool.name


@pytest.mark.parametrize("name", sorted(EXPECTED))
async def test_a_tools_listing_is_its_snapshot(tools: list[ListedTool], name: str) -> None:
    tool = next(tool for tool in tools if tool.name == name)
    listing = json.dumps(tool.model_dump(mode="json", exclude_none=True, by_alias=True), indent=2, ensure_ascii=False)
    path = SNAPSHOTS / f"{name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(listing + "\n")
    assert path.read_text() == listing + "\n"


def test_every_tool_that_a_prompt_names_exists() -> None:
    known = EXPECTED | {"update_incident"}
    for name in templates.names():
        text = templates.prompt(name)
        named = set(re.findall(r"`([a-z]+_[a-z_]+)`", text)) - {"maxUnavailable"}
        assert named <= known, (name, named - known)


def test_the_slash_command_allows_exactly_our_tools() -> None:
    command = (Path(__file__).parents[2] / ".claude" / "commands" / "incident.md").read_text()
    assert set(re.findall(r"mcp__incident__([a-z_]+)", command)) == EXPECTED
    assert "$ARGUMENTS" not in "".join(re.findall(r"!`[^`]*`", command))  # it would be pasted raw into a shell


async def test_the_instructions_fit_what_the_client_shows() -> None:
    assert len(templates.prompt("instructions")) < 2048
