"""Secrets never leave: `mask` replaces each by `[masked: kind]`, in linear time whatever the text.

All kinds are looked for in the text as it came, and what they found is merged before anything is replaced, so no kind
can break up what another would have recognised. A text that was masked once stays as it is.
"""

import re
from collections.abc import Iterator

from pydantic import JsonValue

from incident_mcp.text.secrets import KINDS
from incident_mcp.text.secrets.assignments import names_a_secret

_MARK = re.compile(r"\[masked: [A-Za-z0-9 .-]{1,40}\]")
_ALWAYS = frozenset(order for order, kind in enumerate(KINDS) if not kind.hints)
_HINTED: dict[str, set[int]] = {}
"""Each hint, and the places in `KINDS` of those that look for it. Most texts hold none."""
for _order, _kind in enumerate(KINDS):
    for _hint in _kind.hints:
        _HINTED.setdefault(_hint, set()).add(_order)
_MANIFEST_FIELDS = ("data", "stringData")


def mask(text: str) -> str:
    """The text with every secret that we know to recognise replaced by `[masked: kind]`."""
    found = _found(text)
    if not found:
        return text
    pieces: list[str] = []
    position = 0
    for start, end, name in _outside_marks(text, found):
        if start >= position:
            pieces += (text[position:start], f"[masked: {name}]")
        position = max(position, end)
    return "".join((*pieces, text[position:]))


def secrets_in(text: str) -> list[tuple[int, int, str]]:
    """Where secrets stand (start and end), and of which kind; none that `mask` has replaced."""
    return [(start, end, name) for start, end, name in _outside_marks(text, _found(text)) if end > start]


def _found(text: str) -> list[tuple[int, int, str]]:
    """All secrets, by where they start; of two that start together, the more telling kind comes first."""
    lowered = text.lower()
    spans = sorted(
        (start, order, end)
        for order in _ALWAYS.union(*[orders for hint, orders in _HINTED.items() if hint in lowered])
        for start, end in KINDS[order].spans(text)
        if end > start
    )
    return [(start, end, KINDS[order].name) for start, order, end in spans]


def _outside_marks(text: str, found: list[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """What was found, without the parts that an earlier masking wrote."""
    marks = [mark.span() for mark in _MARK.finditer(text)]
    next_mark = 0
    for start, end, name in found:
        while next_mark < len(marks) and marks[next_mark][1] <= start:
            next_mark += 1
        for mark_start, mark_end in marks[next_mark:]:
            if mark_start >= end:
                break
            if mark_start > start:
                yield start, mark_start, name
            start = mark_end
        if start < end:
            yield start, end, name


def mask_data(value: JsonValue) -> JsonValue:
    """Structured data with its secrets masked: in texts, under keys that name one, in Secret objects and variables."""
    match value:
        case str():
            return mask(value)
        case list():
            return [mask_data(item) for item in value]
        case dict():
            return {key: _under(key, item, value) for key, item in value.items()}
        case _:
            return value


def mask_texts(value: JsonValue) -> JsonValue:
    """Structured data on its way out, with every text in it masked. Its keys are ours and say nothing of secrets."""
    match value:
        case str():
            return mask(value)
        case list():
            return [mask_texts(item) for item in value]
        case dict():
            return {key: mask_texts(item) for key, item in value.items()}
        case _:
            return value


def _under(key: str, value: JsonValue, around: dict[str, JsonValue]) -> JsonValue:
    if _holds_secrets(key, around) and isinstance(value, dict):
        return {name: _hidden(item) for name, item in value.items()}
    named = names_a_secret(key) or _is_secret_variable(key, around)
    return _hidden(value) if named else mask_data(value)


def _is_secret_variable(key: str, around: dict[str, JsonValue]) -> bool:
    """`{"name": "DB_PASSWORD", "value": …}`, as containers hold their environment."""
    name = around.get("name")
    return key == "value" and isinstance(name, str) and names_a_secret(name)


def _holds_secrets(key: str, around: dict[str, JsonValue]) -> bool:
    return key in _MANIFEST_FIELDS and around.get("kind") == "Secret"


def _hidden(value: JsonValue) -> JsonValue:
    """Texts and numbers are secrets; switches are not, and an object's own keys decide (`secret: {secretName: …}`)."""
    match value:
        case None | bool() | "":
            return value
        case str() if _MARK.fullmatch(value):
            return value
        case str() | int() | float():
            return "[masked: secret]"
        case list():
            return [_hidden(item) for item in value]
        case dict():
            return {key: mask_data(item) for key, item in value.items()}
