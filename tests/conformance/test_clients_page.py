"""The configurations of docs/clients.md, used as they stand."""

import json
import os
import re
import sys
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from tests.cli.running import ROOT, incident_mcp
from tests.surface.test_tool_surface import EXPECTED

PAGE = (ROOT / "docs" / "clients.md").read_text()


def servers() -> list[dict[str, Any]]:
    found = [json.loads(block) for block in re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)]
    return [(each.get("mcpServers") or each["servers"])["incident"] for each in found]


STARTED = [each for each in servers() if "command" in each]
AT_URL = [each for each in servers() if "url" in each]


@pytest.mark.parametrize("server", STARTED, ids=("claude-desktop", "vs-code", "cursor"))
async def test_a_started_server_lists_all_tools(server: dict[str, Any], tmp_path: Any) -> None:
    assert server["command"] == "incident-mcp"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "server")}
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "incident_mcp.cli", *server["args"]],
        env={**environment, **server["env"]},
    )
    async with Client(started) as client:
        listed = await client.list_tools()
    assert {tool.name for tool in listed.tools} == EXPECTED


async def test_each_command_of_the_page_has_its_options() -> None:
    told = (await incident_mcp("serve", "--help")).stdout
    for command in re.findall(r"incident-mcp serve ([^\n`]+)", PAGE):
        for option in re.findall(r"--[\w-]+", command):
            assert option in told


def test_the_url_is_the_one_that_is_served() -> None:
    from incident_mcp.surface.http import PATH

    (server,) = AT_URL
    assert server["url"] == f"http://127.0.0.1:8765{PATH}"
    assert server["headers"]["Authorization"].startswith("Bearer ")
