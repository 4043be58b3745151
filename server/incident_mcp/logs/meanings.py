"""What known messages mean: a stable cause, and the identifiers that name its parts.

Identifiers leave (`PAYMENT_URL`, `payments:8443`); sentences never do. The words that are known stand in `recognisers`.
A line that counts how often it did not happen (`pool exhausted events: 0`) means nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from incident_mcp.logs.causes import LogCause
from incident_mcp.logs.recognisers import ADDRESSED, HINTS, RECOGNISERS, Recogniser
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

_NONE = r"(?: [a-z_]{1,20})?\s?[:=]\s?(0)(?![\d.x])"
"""Behind the words of a cause: `pool exhausted events: 0`."""
_CONTEXT = 25
"""Lines before a match in which its context must stand."""
_ABOVE = 3
"""Lines before *connection refused* in which the address may stand."""


class Meaning(Value):
    """A cause, and its parts by name: `variable`, `host`, `port`, `user` ..."""

    cause: LogCause
    parts: dict[str, str] = {}


def recognise(lines: Sequence[Untrusted]) -> Meaning | None:
    """What these lines of one log (one event, or its last lines) mean; the last line that means something counts."""
    found = (_meaning(lines, at) for at in range(len(lines) - 1, -1, -1))
    return next((meaning for meaning in found if meaning is not None), None)


def recognise_each(lines: Sequence[Untrusted]) -> list[tuple[int, Meaning]]:
    """All lines that mean something, with their index."""
    return list(_recognised(tuple(lines)))


@lru_cache(maxsize=128)
def _recognised(lines: tuple[Untrusted, ...]) -> tuple[tuple[int, Meaning], ...]:
    """Kept for some logs: a dozen rules read the same ones after each other."""
    found = ((at, _meaning(lines, at)) for at in range(len(lines)))
    return tuple((at, meaning) for at, meaning in found if meaning is not None)


def _meaning(lines: Sequence[Untrusted], at: int) -> Meaning | None:
    hints = lines[at].mentioned(HINTS)
    known = (each for each in RECOGNISERS if not hints.isdisjoint(each.hints)) if hints else ()
    return next((meaning for each in known if (meaning := _match(each, lines, at))), None)


_compiled = lru_cache(maxsize=None)(re.compile)


@lru_cache(maxsize=16384)
def _values(pattern: str, line: Untrusted) -> tuple[str, ...] | None:
    """Failing programs repeat themselves, and several rules read the same lines."""
    return line.unescaped().identifiers(_compiled(pattern))


def _match(known: Recogniser, lines: Sequence[Untrusted], at: int) -> Meaning | None:
    before = lines[max(0, at - _CONTEXT) : at]
    if known.context and not any(line.contains(known.context) for line in before):
        return None
    for pattern in known.patterns:
        values = _values(pattern, lines[at])
        if values is not None and not _values(f"(?:{pattern}){_NONE}", lines[at]):
            parts = dict(zip(_compiled(pattern).groupindex, values, strict=True))
            return Meaning(cause=known.cause, parts=parts or _spoken_to(known.cause, lines, at))
    return None


def _spoken_to(cause: LogCause, lines: Sequence[Untrusted], at: int) -> dict[str, str]:
    """Whom, where the lines right before tell what the reason alone does not: an exception and the one beneath it."""
    if cause != "connection-refused":
        return {}
    for line in reversed(lines[max(0, at - _ABOVE) : at + 1]):
        if values := _values(ADDRESSED, line):
            return dict(zip(_compiled(ADDRESSED).groupindex, values, strict=True))
    return {}
