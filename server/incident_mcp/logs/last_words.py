"""What a program said last that it called an error itself; else simply what it said last."""

from collections.abc import Sequence

from incident_mcp.logs.levels import level_and_message
from incident_mcp.logs.stamps import without_own_stamp
from incident_mcp.vocabulary.untrusted import Untrusted, open_untrusted


def last_words(lines: Sequence[Untrusted]) -> Untrusted:
    """Empty when there is no line. A level counts only where the line says so itself."""
    told = [line for line in lines if open_untrusted(line).strip()]
    errors = (line for line in reversed(told) if _level(line) == "error")
    return next(errors, told[-1] if told else Untrusted(""))


def _level(line: Untrusted) -> str:
    return level_and_message(without_own_stamp(open_untrusted(line)))[0]
