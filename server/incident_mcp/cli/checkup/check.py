"""One line of a checkup."""

from dataclasses import dataclass
from typing import Literal

from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.errors import IncidentError

Mark = Literal["ok", "bad", "off"]
SIGNS: dict[Mark, str] = {"ok": "✓", "bad": "✗", "off": "–"}
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it stands, and, where it is not well, what to do next."""

    name: str
    mark: Mark
    text: str
    next_step: str = ""


def good(name: str, text: str) -> Check:
    return Check(name, "ok", plain(text, LONGEST))


def off(name: str, text: str, next_step: str = "") -> Check:
    """Not there, and nothing depends on it; or not checked."""
    return Check(name, "off", plain(text, LONGEST), plain(next_step, LONGEST))


def bad(name: str, text: str, next_step: str = "") -> Check:
    return Check(name, "bad", plain(text, LONGEST), plain(next_step, LONGEST))


def failed(name: str, error: IncidentError) -> Check:
    return bad(name, error.happened, error.next_step)
