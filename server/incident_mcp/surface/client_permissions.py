"""Permission rules in the client's settings that let a change past the gate, or past the reading of what a tool does:
wildcards over our tools, a shell that may run kubectl unasked, and a mode in which nothing is asked at all.

Advisory, as the gate itself is: rules given on the client's command line can't be seen from here.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from incident_mcp.surface.client_settings import settings_files

_WILD = re.compile(r"\*|mcp__\*|mcp__(?:plugin_incident_)?incident(?:__\*)?|mcp__(?:plugin_incident_)?incident__.*\*.*")
_READS = "get|describe|logs|top|explain|events|version|diff|api-resources|rollout (?:history|status)|auth can-i"
_SHELL = re.compile(
    rf"Bash(?:\((?:\*|:\*|(?:kubectl|oc|helm)(?![\w-])(?! (?:{_READS}|list|ls|status|history|show)(?![\w-])).*)\))?"
)


def undermining(environment: Mapping[str, str]) -> tuple[str, ...]:
    """`PATH allows Bash(kubectl:*) without a question`, one for each such rule, each file once."""
    return tuple(dict.fromkeys(said for path in settings_files(environment) for said in _of(path)))


def _of(path: Path) -> Iterator[str]:
    try:
        settings = json.loads(path.read_text())
    except (OSError, ValueError):
        return
    permissions = cast("dict[str, Any]", settings).get("permissions") if isinstance(settings, dict) else None
    if not isinstance(permissions, dict):
        return
    told = cast("dict[str, Any]", permissions)
    allowed = told.get("allow")
    for rule in cast("list[Any]", allowed) if isinstance(allowed, list) else ():
        if isinstance(rule, str) and (_WILD.fullmatch(rule) or _SHELL.fullmatch(rule)):
            yield f"{path} allows {rule} without a question"
    if told.get("defaultMode") == "bypassPermissions":
        yield f"{path} asks nothing (defaultMode bypassPermissions)"
