"""What a prompt says of itself: the lines between `---` at its head, with title, description and arguments."""

from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True)
class PromptArgument:
    """An argument that a client may fill; all are optional, since clients answer a missing one poorly."""

    name: str
    description: str


@dataclass(frozen=True)
class Prompt:
    """One file of `prompts/`, read."""

    name: str
    title: str
    description: str
    arguments: tuple[PromptArgument, ...]
    body: str


def parse(name: str, text: str) -> Prompt:
    """Split a file into front matter and body; a file without front matter has neither title nor arguments."""
    facts, body = split(text)
    arguments = cast("list[dict[str, str]]", facts.get("arguments") or [])
    return Prompt(
        name=name,
        title=str(facts.get("title", "")),
        description=str(facts.get("description", "")),
        arguments=tuple(PromptArgument(one["name"], one["description"]) for one in arguments),
        body=body,
    )


def split(text: str) -> tuple[dict[str, Any], str]:
    """The facts at the head, and the rest. Raises `ValueError` when they are no YAML, or no names with values."""
    head, body = _split(text)
    return _facts(head), body


def _split(text: str) -> tuple[str, str]:
    if not text.startswith("---\n"):
        return "", text
    head, found, body = text[4:].partition("\n---\n")
    return (head, body.lstrip("\n")) if found else ("", text)


def _facts(head: str) -> dict[str, Any]:
    if not head:
        return {}
    import yaml  # a prompt is read when somebody asks for it, not at start

    try:
        facts = yaml.safe_load(head)
    except yaml.YAMLError as error:
        raise ValueError("its front matter is not YAML") from error
    if not isinstance(facts, dict):
        raise ValueError("its front matter is not a list of names with values")
    return cast("dict[str, Any]", facts)
