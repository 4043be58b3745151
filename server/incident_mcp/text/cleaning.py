"""Outside text made harmless to look at: what remains is what a person sees, and nothing that a terminal, a browser
or a model would obey or read without anybody seeing it.

Removed: terminal escape sequences, control characters, overrides of the writing direction, zero-width characters,
invisible tag characters and variation selectors (both can carry hidden sentences). Lone surrogates and unassigned
characters become U+FFFD. What is removed leaves no gap, so a word that was split by invisible characters is whole again
before masking sees it.
"""

import re

from incident_mcp.text.width import ELLIPSIS

# Introducers that run to a terminator (OSC, DCS, SOS, PM, APC), then CSI, then two-character escapes. Each part stops
# at the next introducer, so a line of nothing but introducers is still read once.
_ESCAPES = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x90\x98\x9c-\x9f\n]*(?:\x07|\x1b\\|\x9c)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x9f"  # controls
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"  # zero width, bidi, annotations
    "\ufe00-\ufe0f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # selectors, tags
    "]+"
)
_ODD_BLANKS = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_PILES = re.compile(f"([{_MARKS}]{{3}})[{_MARKS}]+")
_BLANKS = re.compile(r"[\n\t]")


def clean(text: str, *, keep_lines: bool = False) -> str:
    """The visible part of `text`. Line ends and tabs become blanks unless `keep_lines`."""
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPES.sub("", text)
    text = _BREAKS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    text = _ODD_BLANKS.sub(" ", text)
    # More than three marks on one letter draw over the lines around it.
    text = _PILES.sub(r"\1", text)
    text = _without_a_face(text)
    return text if keep_lines else _BLANKS.sub(" ", text)


def _without_a_face(text: str) -> str:
    """Surrogates, private and unassigned characters: nobody can say what a terminal makes of them."""
    faceless = {ord(one): "\ufffd" for one in set(text) if not (one.isprintable() or one in "\n\t")}
    return text.translate(faceless) if faceless else text


def one_line(text: str, limit: int | None = None) -> str:
    """`clean` text on one line, runs of blanks collapsed, at most `limit` characters of which the last is then `…`."""
    line = " ".join(clean(text).split())
    if limit is None or len(line) <= limit:
        return line
    return line[: max(limit - 1, 0)].rstrip() + ELLIPSIS
