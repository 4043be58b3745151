"""Writes what the client reads, and the page about it, from one source each: `make plugin`.

`prompts/` and the server's own list of tools make `.claude/` (commands, specialists, permission rules) for this
repository, whose server plays the sandbox; `.claude/` makes `plugin/` for anybody's, whose server is the installed
command on the person's own cluster. The page of all tools, `docs/tools.md`, comes from the same list. A test fails when
what lies there is not what this would write.
"""

import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import yaml

from incident_mcp import __version__
from incident_mcp.cli.client_rules import PLUGIN, PROJECT, permission_rules
from incident_mcp.settings import load_settings
from incident_mcp.text import front_matter, templates
from tests.plugin import reference

ROOT = Path(__file__).parents[2]
HOOK = ".claude/hooks/ask_before_kubectl.py"
ABOUT = "Run a Kubernetes incident with a person in command: assess, propose, change after a yes, verify, postmortem."
OWN_PROGRAM, PROGRAM = ".venv/bin/incident-mcp", "incident-mcp"
OWN_INSTALL, INSTALL = "`make demo`", f"`uv tool install incident-mcp=={__version__}` (or `pipx install` with the same)"
MAKERS = {"name": "incident-mcp maintainers"}
READING = ("get_incident", "check_health")


@dataclass(frozen=True)
class Command:
    """One slash command: the prompt that it says, and what it may call without being asked; no tools: all."""

    name: str
    prompt: str
    hint: str
    tools: tuple[str, ...] = ()


COMMANDS = (
    Command("incident", "incident", "what is wrong, e.g. checkout is down"),
    Command("incident-status", "status", "the incident's id, if several are open", READING),
    Command(
        "postmortem",
        "phases/postmortem",
        "the incident's id, if several were open",
        ("get_incident", "record_entry", "write_postmortem"),
    ),
)


def files() -> dict[str, str]:
    """Every file that is made, by its path in the repository."""
    rules = anyio.run(_rules)
    made = {f".claude/{path}": text for path, text in _for_a_client(rules, OWN_PROGRAM, OWN_INSTALL).items()}
    made[".claude/settings.json"] = _json(
        {
            "enabledMcpjsonServers": ["incident"],
            "permissions": {"allow": [PROJECT + tool for tool in rules]},
            "hooks": _hooks('"$CLAUDE_PROJECT_DIR"/' + HOOK),
        }
    )
    plugin = {f"plugin/{path}": text for path, text in _for_a_client(rules, PROGRAM, INSTALL).items()}
    made |= {path: text.replace(PROJECT, PLUGIN) for path, text in plugin.items()}
    made["plugin/hooks/ask_before_kubectl.py"] = (ROOT / HOOK).read_text()
    made["plugin/hooks/hooks.json"] = _json({"hooks": _hooks('"${CLAUDE_PLUGIN_ROOT}"/hooks/ask_before_kubectl.py')})
    made["plugin/.mcp.json"] = _json({"mcpServers": {"incident": {"command": PROGRAM, "args": ["serve"]}}})
    made["plugin/.claude-plugin/plugin.json"] = _json(
        _about() | {"version": __version__, "author": MAKERS, "license": "Apache-2.0"}
    )
    made["docs/tools.md"] = anyio.run(reference.page)
    made[".claude-plugin/marketplace.json"] = _json(
        {
            "name": "incident-mcp",
            "owner": MAKERS,
            "metadata": {"description": "The plugin of incident-mcp.", "version": __version__},
            "plugins": [_about() | {"source": "./plugin"}],
        }
    )
    return made


async def _rules() -> list[str]:
    """The names of all tools, in the order in which they are listed."""
    rules = await permission_rules(load_settings(), prefixes=(PROJECT,))
    return [rule.removeprefix(PROJECT) for rule in rules["allow"]]


def _about() -> dict[str, Any]:
    return {"name": "incident", "description": ABOUT}


def _hooks(script: str) -> dict[str, Any]:
    return {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": f"python3 {script}"}]}]}


def _for_a_client(tools: list[str], program: str, install: str) -> dict[str, str]:
    made = {f"commands/{one.name}.md": _command(one, tools, program, install) for one in COMMANDS}
    return made | {f"agents/{Path(name).name}.md": _agent(name) for name in templates.names("handoffs")}


def _command(command: Command, tools: list[str], program: str, install: str) -> str:
    prompt = templates.load(command.prompt)
    allowed = [f"Bash({program} status)", *_named(command.tools or tools)]
    head = {
        "description": prompt.description,
        "argument-hint": command.hint,
        "disable-model-invocation": True,
        "allowed-tools": ", ".join(allowed),
    }
    said = templates.render(command.prompt, **{one.name: "$ARGUMENTS" for one in prompt.arguments})
    return f"{_head(head)}{said}\n{templates.render('commands.md.j2', program=program, install=install)}"


def _agent(name: str) -> str:
    """A specialist: its brief comes with the question, so only what it is and how it answers stands here."""
    facts, _ = front_matter.split((templates.folder() / f"{name}.md").read_text())
    head = {
        "name": Path(name).name,
        "description": facts["description"],
        "tools": ", ".join(["Read", "Grep", "Glob", *_named(facts["tools"])]),
    }
    said = templates.render(name).replace(" \n", "\n")
    return f"{_head(head)}{said}"


def _named(tools: Iterable[str]) -> list[str]:
    return [PROJECT + tool for tool in tools]


def _head(facts: dict[str, Any]) -> str:
    return f"---\n{yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=100_000)}---\n\n"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write all of them; what lies in the plugin's folder beside them goes."""
    shutil.rmtree(ROOT / "plugin", ignore_errors=True)
    for path, text in files().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text)


if __name__ == "__main__":
    write()
