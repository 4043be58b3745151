"""Permission rules for Claude Code, as its settings want them: each tool of ours by its exact name, never a wildcard.

With them the approval form is the one question that a change raises. Without them the client asks about each tool
first; with a wildcard a tool that comes with the next version would be allowed before anybody has read what it does.
A plugin's tools have longer names than a project's, so each tool is named twice.
"""

import json
import os
from pathlib import Path
from typing import Any, cast

from incident_mcp.settings import Settings
from incident_mcp.vocabulary.errors import BadRequest

PROJECT = "mcp__incident__"
PLUGIN = "mcp__plugin_incident_incident__"


async def permission_rules(
    settings: Settings, *, strict: bool = False, prefixes: tuple[str, ...] = (PROJECT, PLUGIN)
) -> dict[str, list[str]]:
    """`{"allow": [...]}`; with `strict`, the tools that change something stand under `ask`: two questions each."""
    from incident_mcp.wiring import office, server

    async def located() -> Settings:
        return settings

    offered = settings.model_copy(update={"allow_writes": True})
    tools = await server(offered, office(offered, {}, located)).list_tools()
    changing = {tool.name for tool in tools if tool.annotations and tool.annotations.destructive_hint}
    asked = changing if strict else set[str]()
    named = [(prefix + tool.name, tool.name in asked) for prefix in prefixes for tool in tools]
    rules = {"allow": [rule for rule, ask in named if not ask], "ask": [rule for rule, ask in named if ask]}
    return {key: kept for key, kept in rules.items() if kept}


def with_rules(rules: dict[str, list[str]], before: dict[str, Any]) -> dict[str, Any]:
    """Settings with these rules among their own. A tool of ours stands under one key only, and a `deny` stays."""
    permissions: dict[str, Any] = {**before.get("permissions", {})}
    ours = {rule for kept in rules.values() for rule in kept}
    for key in ("allow", "ask"):
        kept = [rule for rule in permissions.get(key, []) if rule not in ours]
        if kept or rules.get(key):
            permissions[key] = [*kept, *rules.get(key, [])]
        else:
            permissions.pop(key, None)
    return {**before, "permissions": permissions}


def write_rules(rules: dict[str, list[str]], folder: Path) -> Path:
    """Put the rules into a project's `.claude/settings.json`, and leave what else it says.

    Raises `BadRequest` where there is a file that is no settings.
    """
    path = folder / ".claude" / "settings.json"
    before: Any = {}
    try:
        if path.exists():
            before = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise BadRequest(f"{path} can't be read as JSON.", "Mend it; nothing was written.") from error
    if not isinstance(before, dict):
        raise BadRequest(f"{path} is no JSON object.", "Mend it; nothing was written.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".settings.{os.getpid()}.json")
    draft.write_text(json.dumps(with_rules(rules, cast("dict[str, Any]", before)), indent=2) + "\n")
    draft.replace(path)
    return path
