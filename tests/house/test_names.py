"""Every tool, argument, prompt, page, command and specialist that is named to the assistant or a reader exists."""

import re
from pathlib import Path

import anyio
import pytest

from incident_mcp.cli.__main__ import COMMANDS
from incident_mcp.settings import Settings, load_settings
from incident_mcp.surface.resources import CURRENT, POSTMORTEM, TIMELINE
from incident_mcp.vocabulary.specialist import SPECIALISTS
from incident_mcp.wiring import office, server
from tests.cli.running import ROOT
from tests.plugin.build import COMMANDS as SLASH_COMMANDS
from tests.surface.test_tool_surface import EXPECTED

TO_THE_ASSISTANT = ("prompts/**/*.md", "prompts/*.md.j2", ".claude/**/*.md", "plugin/**/*.md")
TO_A_READER = ("README.md", "SECURITY.md", "AGENTS.md", "docs/*.md", "examples/*/README.md")
SNAKE = re.compile(r"(?<![\w./-])[a-z]+(?:_[a-z]+)+(?!\w)")
VERBS = {tool.partition("_")[0] for tool in EXPECTED}
PROGRAM = {*COMMANDS, "incidents", "version"}


def texts(*patterns: str) -> dict[str, str]:
    paths = sorted({path for pattern in patterns for path in ROOT.glob(pattern)})
    assert paths
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


@pytest.fixture(scope="module")
def served() -> tuple[set[str], set[str]]:
    """The arguments of its tools and their set values; its prompts."""

    async def listed() -> tuple[set[str], set[str]]:
        settings = load_settings(allow_writes=True)

        async def located() -> Settings:
            return settings

        made = server(settings, office(settings, {}, located))
        taken = [tool.input_schema.get("properties", {}) for tool in await made.list_tools()]
        values = {value for each in taken for argument in each.values() for value in argument.get("enum", ())}
        return values.union(*taken), {prompt.name for prompt in await made.list_prompts()}

    return anyio.run(listed)


def keys() -> set[str]:
    """Of the settings and the policy, as the examples list them."""
    examples = "".join(texts("examples/*.toml").values())
    return set(re.findall(r"^#? ?(\w+) *=", examples, re.MULTILINE))


def test_what_the_assistant_is_told_of_exists(served: tuple[set[str], set[str]]) -> None:
    known = {*EXPECTED, *served[0]}
    for path, text in texts(*TO_THE_ASSISTANT).items():
        assert {*SNAKE.findall(text)} <= known, path
        assert {*re.findall(r"`([a-z]+-[a-z]+)`", text)} <= {*SPECIALISTS}, path


def test_what_a_reader_is_told_of_exists(served: tuple[set[str], set[str]]) -> None:
    known = {*EXPECTED, *served[0], *keys()}
    for path, text in texts(*TO_A_READER).items():
        quoted = {word for quote in re.findall(r"`([^`\n]+)`", text) for word in SNAKE.findall(quote)}
        assert {word for word in quoted if word.partition("_")[0] in VERBS} <= known, path


def test_every_page_that_is_named_can_be_read() -> None:
    known = {CURRENT, TIMELINE, POSTMORTEM}
    for path, text in texts(*TO_THE_ASSISTANT, *TO_A_READER).items():
        assert {*re.findall(r"`(incident://[^`]+)`", text)} <= known | {"incident://"}, path


def test_every_command_that_is_named_can_be_typed() -> None:
    typed = {name for one in SLASH_COMMANDS for name in (f"/{one.name}", f"/incident:{one.name}")}
    for path, text in texts(*TO_THE_ASSISTANT, *TO_A_READER).items():
        assert {*re.findall(r"`(/[a-z]+(?:[:-][a-z]+)*)(?= |`)", text)} <= typed, path
        assert {*re.findall(r"`incident-mcp ([a-z]+)", text)} <= PROGRAM, path
        fenced = "".join(re.findall(r"^```.*?^```", text, re.DOTALL | re.MULTILINE))
        assert {*re.findall(r"^(?:\$ )?incident-mcp ([a-z]+)\b", fenced, re.MULTILINE)} <= PROGRAM, path


def test_the_readme_names_every_tool_and_prompt(served: tuple[set[str], set[str]]) -> None:
    quoted = {*re.findall(r"`(\w+)`", (ROOT / "README.md").read_text())}
    assert not EXPECTED - quoted
    assert served[1] - quoted <= {*SPECIALISTS}


def test_every_file_that_a_page_links_to_is_there() -> None:
    for path, text in texts(*TO_A_READER).items():
        links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
        missing = [link for link in links if link and not (ROOT / path).parent.joinpath(Path(link)).exists()]
        assert not missing, path
