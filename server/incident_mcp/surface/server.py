"""The MCP server: the SDK's, with our words for what goes wrong.

Domain errors become tool errors that say what happened, what was not done and the next step; unknown tools and
arguments are refused with the nearest known one; a change that was asked for and refused is in the record.
"""

import difflib
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from mcp.server.mcpserver import Context, MCPServer, RequestStateSecurity
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.tools import Tool
from mcp.types import CallToolResult, GetPromptResult, InputRequiredResult, TextContent
from mcp.types import Prompt as ListedPrompt
from mcp.types import Resource as ListedResource
from mcp.types import Tool as ListedTool
from pydantic import ValidationError

from incident_mcp import __version__
from incident_mcp.surface.caller import assistant
from incident_mcp.surface.followers import Followers
from incident_mcp.surface.office import Office
from incident_mcp.surface.patience import patient
from incident_mcp.surface.resources import add_pages, listed, tell
from incident_mcp.text.cleaning import clean
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.errors import BadRequest, IncidentError
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.refusals import refuse

Lifespan = Callable[[MCPServer[Any]], AbstractAsyncContextManager[Any]]
"""Entered when the server starts to listen; left when all its tools have ended."""


class IncidentServer(MCPServer[Any]):
    """One server over one office."""

    def __init__(
        self,
        office: Office,
        tools: Sequence[Tool],
        *,
        instructions: str,
        state_key: bytes,
        question_seconds: float,
        prompts: Callable[[], Iterable[Prompt]] = tuple,
        lifespan: Lifespan | None = None,
    ) -> None:
        super().__init__(
            "incident",
            title="incident-mcp",
            instructions=instructions,
            version=__version__,
            tools=list(tools),
            request_state_security=RequestStateSecurity(keys=[state_key], ttl=question_seconds),
            log_level="WARNING",
            lifespan=lifespan,
        )
        self._office = office
        self._tools = {tool.name: tool for tool in tools}
        self._changes = {action.name for action in office.actions}
        self._prompts = prompts
        self._followers = Followers(self._lowlevel_server)
        add_pages(self, office)

    async def list_resources(self) -> list[ListedResource]:
        return [*await super().list_resources(), *await listed(self._office)]

    async def list_prompts(self) -> list[ListedPrompt]:
        self._read_prompts()
        return await super().list_prompts()

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[Any, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        self._read_prompts()
        return await super().get_prompt(name, arguments, context)

    def _read_prompts(self) -> None:
        """Their files are read when somebody asks for them: nothing that lists the tools waits for them."""
        prompts, self._prompts = self._prompts, tuple[Prompt, ...]
        for prompt in prompts():
            self.add_prompt(prompt)

    async def list_tools(self) -> list[ListedTool]:
        listed = await super().list_tools()
        return [tool.model_copy(update={"output_schema": None}) for tool in listed]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        try:
            self._check(name, arguments)
            result = await self._called(name, arguments, context)
            if context is not None and isinstance(result, CallToolResult):
                await tell(context, self._followers, name, result)
            return result
        except ToolError as error:
            cause = _no_answer(error) if name in self._changes else None
            cause = cause or _cause(error)
            if cause is None:  # a slip of ours, in the words of whatever failed
                raise ToolError(mask(clean(str(error), keep_lines=True))) from None
            return await self._failed(name, arguments, cause, context)
        except IncidentError as error:
            return await self._failed(name, arguments, error, context)

    async def _called(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None
    ) -> CallToolResult | InputRequiredResult:
        if name not in self._changes:
            return await super().call_tool(name, arguments, context)
        with patient(self._office.patience):
            return await super().call_tool(name, arguments, context)
        raise IncidentError(
            f"{name}: nobody answered before the client gives up on the call, so the question ended.",
            "Tell the person, and call the tool again with the same arguments: it asks again.",
        )

    def _check(self, name: str, arguments: dict[str, Any]) -> None:
        made = self._tools.get(name)
        if made is None:
            if name in self._changes:
                raise BadRequest(
                    f"{name} is not available: writing is not enabled on this server.",
                    "Start it with --allow-writes (or INCIDENT_ALLOW_WRITES=1) to allow changes; "
                    "preview_change works without.",
                )
            raise BadRequest(f"There is no tool {name}.", _nearest(name, list(self._tools)))
        known = list(made.parameters.get("properties", {}))
        unknown = [argument for argument in arguments if argument not in known]
        if unknown:
            raise BadRequest(f"{name} takes no argument {unknown[0][:60]}.", _nearest(unknown[0], known))

    async def _failed(
        self, name: str, arguments: dict[str, Any], error: IncidentError, context: Context[Any, Any] | None
    ) -> CallToolResult:
        # A plugin's stderr, or a server's message, may quote a secret; a name that was asked for may hold anything.
        text = mask(clean(str(error), keep_lines=True))
        try:
            desk = await self._office.desk()
        except IncidentError:  # no cluster to name, and no record to write to: the text says why
            return _error(text)
        if not text.startswith(desk.cluster):
            text = f"{desk.cluster}: {text}"
        if name in self._changes and context is not None:
            try:
                await refuse(desk, await _incident_of(desk, arguments), name, error, assistant(context))
            except IncidentError as unrecorded:
                text += f" (This refusal could not be recorded: {unrecorded.happened})"
        return _error(text)


def _error(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], is_error=True)


async def _incident_of(desk: Desk, arguments: dict[str, Any]) -> str | None:
    """Where a refusal belongs: the incident that was named, if there is such a one here, else as for a look."""
    given = arguments.get("incident")
    try:
        return await desk.incident_id(given if isinstance(given, str) else None)
    except BadRequest:
        return await desk.incident_id(None)


def _no_answer(error: ToolError) -> IncidentError | None:
    """The client accepted the form without an answer, or with one that does not fit it: that is no yes."""
    if "elicitation" not in str(error):
        return None
    return IncidentError(
        "The form came back accepted, but without an answer that fits its box: that is no yes.",
        "Tell the person, and call the tool again with the same arguments: it asks again.",
    )


def _cause(error: BaseException) -> IncidentError | None:
    """The domain error behind an SDK error, or one made from its complaint about the arguments."""
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, IncidentError):
            return cause
        if isinstance(cause, ValidationError):
            problems = cause.errors(include_url=False, include_input=False)
            words = "; ".join(f"{'.'.join(str(p) for p in problem['loc'])}: {problem['msg']}" for problem in problems)
            return BadRequest(f"The arguments are wrong: {words}.", "Mend them and call again.")
        cause = cause.__cause__
    return None


def _nearest(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(known)}."
