"""Making MCP tools out of workflow functions.

A workflow function takes `(desk, by, ...)`; its other parameters become the tool's arguments, its `Reply` the
structured content. Unknown arguments are refused (the SDK ignores them), schemas lose their titles and null unions
(they cost the model's context and say nothing), and no output schema is published: the reply explains itself.
"""

import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from incident_mcp.surface.caller import assistant
from incident_mcp.surface.office import Office
from incident_mcp.text.budget import tokens
from incident_mcp.text.reply import outgoing, readable
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.looks import began
from incident_mcp.workflow.waiting import naming_plans

Step = Callable[..., Awaitable[Reply]]

READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
RECORDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=False)
CHANGES = ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=False)

LARGEST = 8000
"""Tokens that no answer passes, whatever the step made."""

ALWAYS_LOADED = {"anthropic/alwaysLoad": True}
"""Claude Code shows deferred tools as bare names only; the entry points of the workflow must be seen whole."""


def tool(
    office: Office,
    step: Step,
    *,
    title: str,
    description: str,
    annotations: ToolAnnotations = READS,
    always_loaded: bool = False,
) -> Tool:
    """The tool of a workflow step. Its name is the function's. One that takes `progress` tells it to the client."""
    taken = inspect.signature(step, eval_str=True).parameters

    async def call(ctx: Context[Any, Any], **arguments: Any) -> CallToolResult:
        from incident_mcp.workflow.debts import reminded

        began.set(time.monotonic())
        more = {"progress": ctx.report_progress} if "progress" in taken else {}
        desk, by = await office.desk(), assistant(ctx)
        reply = await naming_plans(desk, await step(desk, by, **arguments, **more), by)
        return result(await reminded(desk, reply))

    parameters = [p for p in taken.values() if p.name not in ("desk", "by", "progress")]
    shape(call, step.__name__, [*parameters, CONTEXT], CallToolResult)
    return strict(
        Tool.from_function(
            call,
            title=title,
            description=description,
            annotations=annotations,
            meta=ALWAYS_LOADED if always_loaded else None,
        )
    )


CONTEXT = inspect.Parameter("ctx", inspect.Parameter.KEYWORD_ONLY, annotation=Context[Any, Any])


def shape(function: Any, name: str, parameters: list[inspect.Parameter], returns: Any) -> None:
    """Give a generic function the signature that the SDK reads arguments and resolvers from."""
    keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]
    function.__name__ = name
    function.__signature__ = inspect.Signature(keyword_only, return_annotation=returns)
    function.__annotations__ = {p.name: p.annotation for p in keyword_only} | {"return": returns}


# Said to the base of all argument models: said to each of them after it is made, each schema would be made twice.
ArgModelBase.model_config.update(extra="forbid", hide_input_in_errors=True)


def strict(made: Tool) -> Tool:
    """Publish the slim schema of a tool that refuses unknown arguments."""
    made.parameters = slim(made.parameters)
    return made


def slim(schema: Any) -> Any:
    """A JSON schema without titles, null unions, empty defaults and lengths (which hold, said or not)."""
    if isinstance(schema, list):
        return [slim(item) for item in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    given = cast("dict[str, Any]", schema)
    slimmed = {key: slim(value) for key, value in given.items() if not _says_nothing(key, value)}
    options = slimmed.get("anyOf", [])
    real = [option for option in options if option != {"type": "null"}]
    if len(real) == 1 and len(real) < len(options):
        del slimmed["anyOf"]
        return real[0] | slimmed
    return slimmed


def _says_nothing(key: str, value: Any) -> bool:
    if key == "default":
        return value in (None, "", {})
    return (key == "title" and isinstance(value, str)) or (key == "maxLength" and isinstance(value, int))


def result(reply: Reply, *, failed: bool = False) -> CallToolResult:
    """The reply as structured content, and the same as readable text for clients that show text."""
    if tokens(reply.compact()) > LARGEST:
        reply = Reply(
            cluster=reply.cluster,
            summary=(*reply.summary[:3], "The rest is too long for one answer: ask for less of it."),
            incident=reply.incident,
            entry=reply.entry,
        )
    told = outgoing(reply)
    return CallToolResult(
        content=[TextContent(type="text", text=readable(told))], structured_content=told, is_error=failed
    )
