"""What the client reads is what `make plugin` writes, and names nothing that is not there."""

import json
import re

import pytest

from incident_mcp.cli.client_rules import PLUGIN, PROJECT
from tests.plugin.build import ROOT, files
from tests.surface.test_tool_surface import EXPECTED

CHANGES = re.compile(
    r"rollback|scale|restart|pause|redirect|feature_flag|set_resources|cordon|evict|suspend|run_diag|undo"
)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return files()


def test_what_lies_there_is_what_would_be_written(made: dict[str, str]) -> None:
    stale = [path for path, text in made.items() if not (ROOT / path).is_file() or (ROOT / path).read_text() != text]
    assert not stale, f"make plugin writes them again: {stale}"
    there = {str(path.relative_to(ROOT)) for path in (ROOT / "plugin").rglob("*") if path.is_file()}
    assert there == {path for path in made if path.startswith("plugin/")}


def test_every_tool_that_a_command_or_a_specialist_names_exists(made: dict[str, str]) -> None:
    for path, text in made.items():
        prefix = PLUGIN if path.startswith("plugin/") else PROJECT
        assert {*re.findall(r"mcp__\w+", text)} <= {prefix + tool for tool in EXPECTED}, path


def test_no_rule_is_a_wildcard_and_no_inline_command_takes_what_was_typed(made: dict[str, str]) -> None:
    assert not re.search(r"mcp__\w*\*", "".join(made.values()))
    for path, text in made.items():
        inline = re.findall(r"!`[^`]*`", text)
        assert not [one for one in inline if "$" in one], path
        if "/commands/" in path:
            program = "incident-mcp" if path.startswith("plugin/") else ".venv/bin/incident-mcp"
            assert inline == [f'!`{program} status 2>/dev/null || echo "status unavailable"`']
            assert f"Bash({program} status)" in text
            assert "disable-model-invocation: true" in text


def test_a_specialist_has_no_tool_that_changes_or_records(made: dict[str, str]) -> None:
    agents = {path: text for path, text in made.items() if "/agents/" in path}
    assert len(agents) == 8
    for path, text in agents.items():
        (tools,) = re.findall(r"^tools: (.*)$", text, re.MULTILINE)
        named = [tool.strip() for tool in tools.split(",")]
        assert not [tool for tool in named if CHANGES.search(tool)], path
        assert {tool for tool in named if not tool.startswith("mcp__")} == {"Read", "Grep", "Glob"}


def test_the_plugin_serves_the_users_cluster_and_never_the_sandbox(made: dict[str, str]) -> None:
    plugin = "".join(text for path, text in made.items() if path.startswith("plugin/"))
    assert json.loads(made["plugin/.mcp.json"])["mcpServers"]["incident"] == {
        "command": "incident-mcp",
        "args": ["serve"],
    }
    assert "sandbox" not in plugin
    assert ".venv" not in plugin


def test_where_the_command_is_missing_the_plugin_names_the_one_that_installs_it(made: dict[str, str]) -> None:
    version = json.loads(made["plugin/.claude-plugin/plugin.json"])["version"]
    assert f"uv tool install incident-mcp=={version}" in made["plugin/commands/incident.md"]
