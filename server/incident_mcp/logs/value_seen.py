"""What stands in one place of a pattern's lines, where it tells something."""

from typing import Literal

from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

Telling = Literal["grows", "one of many", "always", "few", "range"]
Unit = str
"""`s`, `B`, `%`, or empty for a bare number."""


class ValueSeen(Value):
    """`said` is the place as it stands in the log, what is before it included; of amounts only what is before.

    `count` of `of` lines say so. `low` and `high` are the ends of a range, or of what grew the medians of its first and
    its last third.
    """

    telling: Telling
    said: Untrusted
    count: int
    of: int
    others: int = 0
    """Other words in the same place."""
    low: float = 0.0
    high: float = 0.0
    unit: Unit = ""
