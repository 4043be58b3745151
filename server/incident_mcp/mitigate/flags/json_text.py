"""One value in a JSON text set, and every other character left as it is: the rest of the file is somebody's work."""

import json
from collections.abc import Sequence
from typing import Any

_DECODER = json.JSONDecoder()
_BLANKS = " \t\r\n"


def with_value(text: str, path: Sequence[str], value: Any) -> str:
    """The text with the member at `path` set; the last member is put in front where it is not there yet.

    Raises `ValueError` where the text is not JSON, or the way to the member is not through objects.
    """
    _DECODER.decode(text)
    begin = _after_blanks(text, 0)
    for key in path[:-1]:
        begin, _, _ = _member(text, begin, key)
        if begin < 0:
            raise ValueError(f"there is no {key}")
    found, end, any_member = _member(text, begin, path[-1])
    new = json.dumps(value, ensure_ascii=False)
    if found >= 0:
        return text[:found] + new + text[end:]
    comma = ", " if any_member else ""
    return f"{text[: begin + 1]}{json.dumps(path[-1])}: {new}{comma}{text[begin + 1 :]}"


def _member(text: str, begin: int, key: str) -> tuple[int, int, bool]:
    """Where the member's value begins and ends in the object that begins at `begin` (-1: it has none; of two of one
    name the last one counts, as everywhere), and whether the object has any.
    """
    if text[begin] != "{":
        raise ValueError("it is no object")
    found, end, at = -1, -1, _after_blanks(text, begin + 1)
    any_member = text[at] != "}"
    while text[at] == '"':
        name, at = _DECODER.raw_decode(text, at)
        at = _after_blanks(text, _after_blanks(text, at) + 1)  # behind the colon
        _, after = _DECODER.raw_decode(text, at)
        if name == key:
            found, end = at, after
        at = _after_blanks(text, after)
        if text[at] == ",":
            at = _after_blanks(text, at + 1)
    return found, end, any_member


def _after_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at
