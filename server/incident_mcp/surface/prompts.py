"""The prompts of `prompts/` as MCP prompts: the whole incident, and one a phase.

All arguments are optional, since clients answer a missing one poorly; each is text from a person, put in as data.
"""

from functools import partial

from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import PromptArgument, UserMessage

from incident_mcp.text import templates

NAMES = (
    "incident",
    *(f"phases/{phase}" for phase in ("assessment", "mitigation", "investigation", "resolution", "postmortem")),
)


def prompts() -> list[Prompt]:
    """`incident`, and `assessment` to `postmortem`."""
    return [_prompt(name) for name in NAMES]


def _prompt(name: str) -> Prompt:
    source = templates.load(name)
    return Prompt(
        name=name.rpartition("/")[2],
        title=source.title,
        description=source.description,
        arguments=[
            PromptArgument(name=one.name, description=one.description, required=False) for one in source.arguments
        ],
        fn=partial(_rendered, name),
        context_kwarg=None,
    )


def _rendered(name: str, **given: str) -> list[UserMessage]:
    known = [argument.name for argument in templates.load(name).arguments]
    unknown = [argument for argument in given if argument not in known]
    if unknown:
        raise ValueError(f"The prompt takes no argument {unknown[0][:60]}. Known: {', '.join(known) or 'none'}.")
    return [UserMessage(templates.render(name, **given))]
