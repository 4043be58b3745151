"""The prompts of `prompts/` as MCP prompts: the whole incident, one a phase, the severity, and one for each hand-off.

A prompt brings facts, fetched when it is asked for, and then asks for judgement; where they can't be had it says so.
All arguments are optional, since clients answer a missing one poorly, and each is one word, since some split at blanks;
it is text from a person, put in as data.
"""

from functools import partial
from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument, UserMessage

from incident_mcp.surface.caller import assistant
from incident_mcp.surface.office import Office
from incident_mcp.text import templates
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.specialist import SPECIALISTS

LOOK = ("incident", *(f"phases/{phase}" for phase in ("assessment", "mitigation", "investigation", "resolution")))
"""Those that want to know how things are now."""
OF_THE_RECORD = ("status", "severity", "phases/postmortem")
HAND_OFFS = tuple(f"handoffs/{name}" for name in SPECIALISTS)


def prompts(office: Office) -> list[Prompt]:
    """`incident`, `assessment` to `postmortem`, `status`, `severity`, and the specialists by their names."""
    return [_prompt(office, name) for name in (*LOOK, *OF_THE_RECORD, *HAND_OFFS)]


def _prompt(office: Office, name: str) -> Prompt:
    source = templates.load(name)
    return Prompt(
        name=name.rpartition("/")[2],
        title=source.title,
        description=source.description,
        arguments=[
            PromptArgument(name=one.name, description=one.description, required=False) for one in source.arguments
        ],
        fn=partial(_rendered, office, name),
        context_kwarg="ctx",
    )


async def _rendered(office: Office, name: str, *, ctx: Context[Any, Any], **given: str) -> list[UserMessage]:
    known = [argument.name for argument in templates.load(name).arguments]
    unknown = [argument for argument in given if argument not in known]
    if unknown:
        raise ValueError(f"The prompt takes no argument {unknown[0][:60]}. Known: {', '.join(known) or 'none'}.")
    return [UserMessage(f"{await _facts(office, name, ctx)}\n{templates.render(name, **given)}")]


async def _facts(office: Office, name: str, ctx: Context[Any, Any]) -> str:
    from incident_mcp.workflow.facts_now import facts_now

    try:
        return await facts_now(await office.desk(), assistant(ctx), look=name in LOOK)
    except IncidentError as error:
        return f"No facts could be fetched. {mask(str(error))}\n"
