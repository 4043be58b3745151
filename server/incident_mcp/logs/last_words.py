"""What a program said last that it called an error itself; else simply what it said last.

A level counts only at a line's head or in its field, as in `levels`; the line itself is not opened for that.
"""

import re
from collections.abc import Sequence

from incident_mcp.vocabulary.untrusted import Untrusted

_ERRORS = (
    re.compile(r"^(?:\S+ ){0,3}?[\[<(]?(ERROR|FATAL|CRITICAL|PANIC|SEVERE)\b"),
    re.compile(r"\b(?:level|lvl|severity)=\"?(error|err|fatal|critical|panic)\b", re.IGNORECASE),
    re.compile(r"\"(?:level|severity|lvl|levelname)\"\s*:\s*\"(error|err|fatal|critical|panic)\"", re.IGNORECASE),
    re.compile(r"^(?:\S+ )?([EF])\d{4} \d\d:\d\d:\d\d"),
    re.compile(r"^(panic|fatal error): "),
)


def last_words(lines: Sequence[Untrusted]) -> Untrusted:
    """Empty when there is no line."""
    told = [line for line in lines if line]
    errors = (line for line in reversed(told) if any(line.identifiers(pattern) for pattern in _ERRORS))
    return next(errors, told[-1] if told else Untrusted(""))
