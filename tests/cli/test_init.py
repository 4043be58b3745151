"""`incident-mcp init --permissions`: the client's rules, each tool by its exact name, printed, or written."""

import json
from pathlib import Path

from tests.cli.running import incident_mcp

PREFIXES = ("mcp__incident__", "mcp__plugin_incident_incident__")


async def test_the_rules_allow_each_tool_by_its_exact_name_for_a_project_and_for_the_plugin() -> None:
    done = await incident_mcp("init", "--permissions")
    rules = json.loads(done.stdout)["permissions"]
    for prefix in PREFIXES:
        assert {prefix + "assess_incident", prefix + "rollback_workload", prefix + "hand_off"} <= {*rules["allow"]}
    assert not [rule for rule in rules["allow"] if "*" in rule]
    assert "ask" not in rules


async def test_strict_puts_what_changes_something_under_ask() -> None:
    rules = json.loads((await incident_mcp("init", "--strict")).stdout)["permissions"]
    for prefix in PREFIXES:
        assert prefix + "rollback_workload" in rules["ask"]
        assert prefix + "preview_change" in rules["allow"]
    assert not {*rules["ask"]} & {*rules["allow"]}


async def test_written_they_leave_what_else_the_settings_say_and_can_be_made_strict_later(tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"model": "opus", "permissions": {"allow": ["Bash(ls:*)"], "deny": ["Read(./.env)"]}}))
    here = {"CLAUDE_PROJECT_DIR": str(tmp_path)}
    done = await incident_mcp("init", "--write", environment=here)
    assert str(path) in done.stdout
    await incident_mcp("init", "--strict", "--write", environment=here)
    told = json.loads(path.read_text())
    assert told["model"] == "opus"
    assert told["permissions"]["deny"] == ["Read(./.env)"]
    assert told["permissions"]["allow"][0] == "Bash(ls:*)"
    assert PREFIXES[0] + "rollback_workload" in told["permissions"]["ask"]
    assert PREFIXES[0] + "rollback_workload" not in told["permissions"]["allow"]


async def test_a_file_that_is_no_settings_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text("no JSON")
    done = await incident_mcp("init", "--write", environment={"CLAUDE_PROJECT_DIR": str(tmp_path)})
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert path.read_text() == "no JSON"
