"""The tools, resources and prompts that the official suite asks for by name, served as ours are:
`python -m tests.conformance.fixtures`. Their names, words and types are the suite's.
"""

import base64
import json
from enum import Enum
from typing import Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    AudioContent,
    Completion,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)
from pydantic import BaseModel, Field

from incident_mcp.surface.followers import Followers
from tests.conformance.serving import serve

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="

made = MCPServer("fixtures", log_level="ERROR")
Followers(made._lowlevel_server)
IMAGE = ImageContent(type="image", data=PNG, mime_type="image/png")


def embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


@made.tool()
def test_simple_text() -> str:
    """Text."""
    return "This is a simple text response for testing."


@made.tool(structured_output=False)
def test_image_content() -> list[ImageContent]:
    """An image."""
    return [IMAGE]


@made.tool(structured_output=False)
def test_audio_content() -> list[AudioContent]:
    """A sound."""
    return [AudioContent(type="audio", data=WAV, mime_type="audio/wav")]


@made.tool(structured_output=False)
def test_embedded_resource() -> list[EmbeddedResource]:
    """A resource in an answer."""
    return [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]


@made.tool(structured_output=False)
def test_multiple_content_types() -> list[Any]:
    """Text, image and resource."""
    data = json.dumps({"test": "data", "value": 123})
    text = TextContent(type="text", text="Multiple content types test:")
    return [text, IMAGE, embedded("test://mixed-content-resource", "application/json", data)]


@made.tool()
def test_error_handling() -> str:
    """Fails."""
    raise ValueError("This tool intentionally returns an error for testing")


@made.tool()
async def test_tool_with_progress(context: Context[Any, Any]) -> str:
    """Tells how far it is."""
    for done in (0, 50, 100):
        await context.report_progress(done, 100)
    return "done"


class Person(BaseModel):
    username: str = Field(description="User's response")
    email: str = Field(description="User's email address")


class Status(Enum):
    active = "active"
    inactive = "inactive"
    pending = "pending"


class Defaults(BaseModel):
    name: str = "John Doe"
    age: int = 30
    score: float = 95.5
    status: str = Field(default="active", json_schema_extra={"enum": [each.value for each in Status]})
    verified: bool = True


@made.tool()
async def test_elicitation(message: str, context: Context[Any, Any]) -> str:
    """Asks."""
    return f"User response: {await context.elicit(message, Person)}"


@made.tool()
async def test_elicitation_sep1034_defaults(context: Context[Any, Any]) -> str:
    """Asks, with defaults."""
    return f"Elicitation completed: {await context.elicit('Who?', Defaults)}"


ENUMS: dict[str, Any] = {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {
        "type": "string",
        "oneOf": [
            {"const": f"value{n}", "title": f"{word} Option"} for n, word in enumerate(("First", "Second", "Third"), 1)
        ],
    },
    "legacyEnum": {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {
        "type": "array",
        "items": {
            "anyOf": [
                {"const": f"value{n}", "title": f"{word} Choice"}
                for n, word in enumerate(("First", "Second", "Third"), 1)
            ]
        },
    },
}


@made.tool()
async def test_elicitation_sep1330_enums(context: Context[Any, Any]) -> str:
    """Asks, with choices."""
    asked = {"type": "object", "properties": ENUMS}
    return f"Elicitation completed: {await context.session.elicit_form('Which?', asked)}"


@made.resource("test://static-text", mime_type="text/plain")
def static_text() -> str:
    return "This is the content of the static text resource."


@made.resource("test://watched-resource", mime_type="text/plain")
def watched() -> str:
    return "This is a resource that can be followed."


@made.resource("test://static-binary", mime_type="image/png")
def static_binary() -> bytes:
    return base64.b64decode(PNG)


@made.resource("test://template/{id}/data", mime_type="application/json")
def templated(id: str) -> str:  # noqa: A002 - the suite's name
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@made.prompt()
def test_simple_prompt() -> str:
    """Words."""
    return "This is a simple prompt for testing."


@made.prompt()
def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """Two words."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@made.prompt()
def test_prompt_with_embedded_resource(resourceUri: str) -> list[UserMessage]:
    """A resource."""
    resource = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [UserMessage(resource), UserMessage("Please process the embedded resource above.")]


@made.prompt()
def test_prompt_with_image() -> list[UserMessage]:
    """An image."""
    return [UserMessage(IMAGE), UserMessage("Please analyze the image above.")]


@made.completion()
async def complete(*_: Any) -> Completion:
    return Completion(values=["paris", "park", "party"], total=3, has_more=False)


if __name__ == "__main__":
    anyio.run(serve, made)
