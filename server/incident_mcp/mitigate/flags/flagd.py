"""A flag in flagd's format, as it stands in a file and in OpenFeature's `FeatureFlag`: what setting it means.

`targeting` decides before `defaultVariant`; `DISABLED` is not *off*: it leaves the choice to the default in each
caller's code (flagd, docs/reference/flag-definitions.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from incident_mcp.cluster.json_parts import Json, part, text
from incident_mcp.text.fencing import plain, quote
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.untrusted import Untrusted

STATES = ("ENABLED", "DISABLED")
NONE = "the caller's own default"


@dataclass(frozen=True)
class Switch:
    """One field of one flag, and what is to be said of it. Values are words for a person, quoted."""

    field: Literal["state", "defaultVariant"]
    new: str
    before: str
    after: str
    warnings: tuple[str, ...]


def switch(flags: Json, name: str, to: str) -> Switch:
    """`to` is one of the flag's variants, or a state. Raises `BadRequest` where it is neither, or is so already."""
    if not part(flags, name):
        near = listed([quote(Untrusted(each), 60) for each in flags], most=8) or "none"
        raise BadRequest(f"There is no flag {plain(name, 60)}.", f"Flags there: {near}.")
    flag = part(flags, name)
    variants = part(flag, "variants")
    if to in variants:
        field, old = "defaultVariant", text(flag, "defaultVariant")
    elif to in STATES:
        field, old = "state", text(flag, "state")
    else:
        named = listed([quote(Untrusted(each), 60) for each in variants], most=8)
        raise BadRequest(
            f"Flag {plain(name, 60)} has no variant {plain(to, 60)}.", f"It has {named}; or {' or '.join(STATES)}."
        )
    if old == to:
        raise BadRequest(f"Flag {plain(name, 60)} is at {plain(to, 60)} already.", "Nothing is to do.")
    return Switch(
        field=field,
        new=to,
        before=_said(old) if old else NONE,
        after=_said(to),
        warnings=tuple(_warnings(flag, field, to)),
    )


def _said(word: str) -> str:
    return word if word in STATES else quote(Untrusted(word), 60)


def _warnings(flag: Json, field: str, to: str) -> Iterator[str]:
    if part(flag, "targeting") and to != "DISABLED":
        yield "its targeting decides before the default variant: whom it matches sees no change"
    if field == "defaultVariant" and text(flag, "state") == "DISABLED":
        yield f"it is DISABLED: every caller gets {NONE}, whatever the variant"
    if to == "DISABLED":
        yield f"DISABLED is not off: every caller gets {NONE}"
