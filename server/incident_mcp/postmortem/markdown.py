"""Text of the record inside a Markdown line: it reads as it was, and becomes no heading, link, HTML or citation.

A citation is `[e12]`; only we write those, so a quoted log line can't claim to stand on an entry.
"""

import re

from incident_mcp.text.cleaning import clean, one_line
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.entry import ENTRY_ID

_BACKSLASH = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_CITATION = re.compile(rf"\[(\s*{ENTRY_ID}(?:\s*,\s*{ENTRY_ID})*\s*)\]", re.IGNORECASE)
_HTML = re.compile(r"<(?=[A-Za-z/!?])")
_LINK = re.compile(r"\](?=[(\[:])")
_ENTITY = re.compile(r"&(?=#?\w{1,31};)")
_START = re.compile(r"^(?=[#>+*=|~-])|^(\d{1,9})(?=[.)])")


def safe(text: str) -> str:
    """One cleaned, masked line that renders as the text it is."""
    line = one_line(mask(clean(text, keep_lines=True)))
    # First, or text could bring the backslash that undoes one of ours.
    line = _BACKSLASH.sub(r"\\\\", line)
    line = _CITATION.sub(r"(\1)", line)
    line = _ENTITY.sub("&amp;", line)
    line = _HTML.sub("&lt;", line)
    line = _LINK.sub(r"\\]", line)
    # An odd backtick would swallow the text behind it, up to the next one.
    return line if line.count("`") % 2 == 0 else line.replace("`", "'")


def paragraph(text: str) -> str:
    """`safe` text at the start of a line, where more characters mean something."""
    return _START.sub(lambda found: f"{found.group(1)}\\" if found.group(1) else "\\", text)
