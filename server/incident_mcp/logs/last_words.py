"""What a program said last that it called an error itself; else simply what it said last."""

from collections.abc import Sequence

from incident_mcp.logs.heads import message_of
from incident_mcp.vocabulary.untrusted import Untrusted, open_untrusted


def last_words(lines: Sequence[Untrusted]) -> Untrusted:
    """Empty when there is no line. A level counts only where the line says so itself."""
    told = [line for line in lines if open_untrusted(line).strip()]
    errors = (line for line in reversed(told) if _level(line) == "error")
    return next(errors, told[-1] if told else Untrusted(""))


def _level(line: Untrusted) -> str:
    return message_of(open_untrusted(line))[0]
