"""The page `docs/tools.md`, from what the server lists: its tools with their arguments, its prompts, its pages."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from mcp.server.mcpserver import MCPServer
from mcp.types import Prompt, Resource, ResourceTemplate, Tool

from incident_mcp.settings import Settings, load_settings
from incident_mcp.wiring import office, server

HEAD = """\
# Tools, prompts and pages

What the server lists to an assistant, made from its own listing (`make plugin`); a test keeps it current.
`*` marks an argument that must be given.
"""
PARTS = {
    "Looks": "These change nothing, in the cluster or elsewhere; what they see goes into the record.",
    "Writes into the record": "These touch the record and its documents, never the cluster, and ask nobody.",
    "Changes": "Listed only with `--allow-writes`. Each makes a plan and asks a person ([gate.md](gate.md)).",
}


async def page() -> str:
    settings = load_settings(allow_writes=True)

    async def located() -> Settings:
        return settings

    made = server(settings, office(settings, {}, located))
    tools, prompts = await made.list_tools(), await made.list_prompts()
    pages = await MCPServer[Any].list_resources(made)  # those of no incident of this machine
    templates = await made.list_resource_templates()
    lines = (HEAD, *_tools(tools), *_prompts(prompts), *_pages(pages, templates))
    return "\n".join(lines).rstrip() + "\n"


def _tools(tools: Iterable[Tool]) -> Iterator[str]:
    parts: dict[str, list[Tool]] = {title: [] for title in PARTS}
    for tool in sorted(tools, key=lambda tool: tool.name):
        parts[_part(tool)].append(tool)
    for title, means in PARTS.items():
        yield from (f"## {title}", "", means, "")
        for tool in parts[title]:
            yield from (f"### `{tool.name}`", "", tool.description or "", "", *_arguments(tool))


def _part(tool: Tool) -> str:
    assert tool.annotations
    looks, records, changes = PARTS
    if tool.annotations.destructive_hint:
        return changes
    return looks if tool.annotations.read_only_hint else records


def _arguments(tool: Tool) -> Iterator[str]:
    properties: dict[str, dict[str, Any]] = tool.input_schema.get("properties", {})
    required = tool.input_schema.get("required", [])
    for name, schema in properties.items():
        means = schema.get("description", "")
        default = f" Default: `{_value(schema['default'])}`." if "default" in schema else ""
        yield f"- `{name}`{'*' if name in required else ''} ({_type(schema)}){': ' if means else ''}{means}{default}"
    if properties:
        yield ""


def _value(given: object) -> str:
    return given if isinstance(given, str) else json.dumps(given)


def _type(schema: dict[str, Any]) -> str:
    if options := schema.get("anyOf"):
        return " or ".join(_type(option) for option in options)
    if "enum" in schema:
        return " | ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(cast('dict[str, Any]', schema.get('items', {})))}"
    return str(schema.get("type", "any"))


def _prompts(prompts: Iterable[Prompt]) -> Iterator[str]:
    yield from ("## Prompts", "", "Each brings the facts of the moment. All arguments may be left out.", "")
    yield from ("| Prompt | Arguments | |", "|---|---|---|")
    for one in prompts:
        yield f"| `{one.name}` | {', '.join(f'`{each.name}`' for each in one.arguments or ())} | {one.description} |"
    yield ""


def _pages(pages: Iterable[Resource], templates: Iterable[ResourceTemplate]) -> Iterator[str]:
    yield from ("## Pages", "", "Resources; a client can follow each, and is told when a call has written to it.", "")
    yield from ("| Address | |", "|---|---|")
    for address, title in (*((p.uri, p.title) for p in pages), *((t.uri_template, t.title) for t in templates)):
        yield f"| `{address}` | {title} |"
