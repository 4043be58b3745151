"""How many columns a text takes in a terminal, and how to make it take fewer: cut at the end or shortened inside.

East Asian wide characters and most emoji take two columns, combining marks none. The client cuts a form's line at the
terminal's width without saying so; whatever must not be lost is measured here first.
"""

import unicodedata

ELLIPSIS = "…"


def width(text: str) -> int:
    """Columns of one cleaned line."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, columns: int) -> str:
    """At most `columns` wide; what is cut off at the end becomes `…`."""
    if width(text) <= columns:
        return text
    return _start(text, columns - 1).rstrip() + ELLIPSIS if columns > 0 else ""


def shorten(text: str, columns: int) -> str:
    """At most `columns` wide; what does not fit is taken from the middle, so both ends can still be recognised."""
    if width(text) <= columns:
        return text
    room = columns - 1
    if room < 2:
        return cut(text, columns)
    return _start(text, room - room // 2) + ELLIPSIS + _start(text[::-1], room // 2)[::-1]


def ending(text: str, columns: int) -> str:
    """At most `columns` wide; what does not fit is taken from the start."""
    return cut(text[::-1], columns)[::-1]


def _start(text: str, columns: int) -> str:
    taken, left = 0, columns
    for character in text:
        left -= _columns(character)
        if left < 0:
            break
        taken += 1
    return text[:taken]


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
