"""What the API server, a proxy or a credential plugin said, made fit to stand inside an error.

Such messages are outside text: anybody who can name an object or write a plugin can shape them. An error may quote
a short piece, without control, bidirectional or invisible characters, on one line; masking secrets is `text/`'s work.
"""

import unicodedata

LONGEST = 300


def excerpt(message: str | bytes, limit: int = LONGEST) -> str:
    """One clean line of at most `limit` characters; an ellipsis says where it was cut."""
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else message
    # Twice the limit is enough to fill it, and keeps a megabyte of noise cheap.
    seen = "".join(_visible(character) for character in text[: limit * 2])
    line = " ".join(seen.split())
    return line if len(line) <= limit and len(text) <= limit * 2 else line[: limit - 1].rstrip() + "…"


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    # C: control, format (bidi marks, tag characters, zero widths), surrogate, private use, unassigned.
    return "" if unicodedata.category(character).startswith("C") else character
