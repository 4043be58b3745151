"""Pages for a browser, from templates in `prompts/`: each value is cleaned, masked and escaped on its way in.

So whatever a log line or an annotation says, a browser shows it as text. What is markup already (our own drawings, a
rendered part) passes as `Markup`, and nothing else does.
"""

from functools import cache
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from incident_mcp.text.cleaning import clean
from incident_mcp.text.fencing import quote
from incident_mcp.text.masking import mask
from incident_mcp.text.templates import load
from incident_mcp.vocabulary.untrusted import Untrusted


def hypertext(name: str, **facts: Any) -> str:
    """The template `prompts/console/NAME.html.j2` with these facts. One that it names and nobody gave is an
    error."""
    return _environment().get_template(name).render(facts)


def shown(value: object) -> object:
    """A value as a page may show it, before it is escaped."""
    if isinstance(value, Markup):
        return value
    if isinstance(value, Untrusted):
        return quote(value)
    return mask(clean(value, keep_lines=True)) if isinstance(value, str) else value


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _arrows(text: str) -> Markup:
    """With each arrow in one piece: a line could end between its two signs."""
    return Markup(str(escape(shown(text))).replace("-&gt;", '<span class="arrow">-&gt;</span>'))  # noqa: S704


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(lambda name: load(f"console/{name}.html.j2").body),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"sentence": _sentence, "arrows": _arrows}
    return made
