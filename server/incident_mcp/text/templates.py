"""Every word that the assistant or a reader is given lies in `prompts/`, not in code; here it is read and filled.

The folder ships inside the package. An editable install does not have it there, so the checkout's folder serves.
Filling is sandboxed and strict: a fact that the template names and nobody gave is an error, and each value is cleaned
(outside text quoted) on its way in.
"""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from incident_mcp.text.cleaning import clean
from incident_mcp.text.fencing import quote
from incident_mcp.text.front_matter import Prompt, parse
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.untrusted import Untrusted

if TYPE_CHECKING:
    from jinja2 import Environment

_PACKAGE = Path(__file__).resolve().parents[1]


@cache
def folder() -> Path:
    """Where the prompts lie: in the installed package, else in the checkout."""
    shipped = _PACKAGE / "prompts"
    return shipped if shipped.is_dir() else _PACKAGE.parents[1] / "prompts"


def names(under: str = "") -> tuple[str, ...]:
    """The names of all prompts in a folder and below, sorted: `phases/assessment`."""
    return tuple(
        sorted(str(path.relative_to(folder()).with_suffix("").as_posix()) for path in (folder() / under).rglob("*.md"))
    )


@cache
def load(name: str) -> Prompt:
    """The prompt with its front matter: `load("phases/assessment")`, `load("postmortem/postmortem.md.j2")`."""
    path = folder() / (name if Path(name).suffix else f"{name}.md")
    if ".." in path.parts or not path.is_file() or not path.resolve().is_relative_to(folder().resolve()):
        raise BadRequest(f"There is no prompt {clean(name)!r}.", f"There are: {', '.join(names())}.")
    return parse(name, path.read_text(encoding="utf-8"))


def prompt(name: str) -> str:
    """The prompt's text without its front matter, as it is."""
    return load(name).body


def render(name: str, **facts: Any) -> str:
    """The prompt's text with `facts` filled in. An argument that its front matter names and nobody gave is empty."""
    known = load(name)
    given = {argument.name: "" for argument in known.arguments} | facts
    return _environment().from_string(known.body).render(given)


@cache
def _environment() -> "Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # Markdown for a reader, not HTML for a browser
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _visible(value: Any) -> Any:
    if isinstance(value, Untrusted):
        return quote(value)
    return clean(value, keep_lines=True) if isinstance(value, str) else value
