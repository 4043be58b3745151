"""What an engine is asked for besides whose lines: texts, levels, and names in pieces that fit one query.

A level can't be asked for exactly: not every line says it in a field. So an engine is asked for lines that hold a word,
a code or a head such as lines of that level have, and the levels are then told apart here, as everywhere.
"""

from collections.abc import Iterator, Sequence

from incident_mcp.services.quoting import any_of
from incident_mcp.vocabulary.log_source import AtLeast

LONGEST = 4000
"""Characters of the pods' names in one query: proxies refuse addresses of more than 8 KB."""
_ERRORS = (
    r"(?i)\berr|[a-z]error|fatal|crit|panic|severe|alert|emerg|exception|traceback|fail|refused|denied|abort|kill"
    r"|timeout|timed.?out|deadlock|unable|cannot|[ =:\"][45]\d\d\b|\"(?:level|severity)\":\"?[56]0|(?:^|\n)[ef]\d{4} "
)
_WARNINGS = r"|warn|(?:^|\n)w\d{4} |\"(?:level|severity)\":\"?40"
LEVELS = {
    "error": r"(?i)^(e|err|error|f|fatal|crit|critical|panic|severe|alert|emerg|emergency|[56]0)$",
    "warning": r"(?i)^(e|err|error|f|fatal|crit|critical|panic|severe|alert|emerg|emergency|[56]0|w|warn|warning|40)$",
}
"""Patterns of a level's own field."""


def words(level: AtLeast) -> str:
    """The pattern (RE2) of lines that may be of this level or above; empty: of any."""
    return {"error": _ERRORS, "warning": _ERRORS + _WARNINGS, "info": ""}[level]


def texts(match: Sequence[str]) -> str:
    """The pattern (RE2) of lines that hold one of these texts, in whatever case; empty: of any."""
    return f"(?i)({any_of(match)})" if match else ""


def in_pieces(names: Sequence[str]) -> Iterator[list[str]]:
    """Names, as many at once as fit one query."""
    piece, size = list[str](), 0
    for name in names:
        if piece and size + len(name) > LONGEST:
            yield piece
            piece, size = [], 0
        piece.append(name)
        size += len(name) + 3
    if piece:
        yield piece
