"""Events of the same template, counted exactly: how often, when first and last, in which pods, and whether it is new.

Everything textual that leaves this room is `Untrusted`.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from incident_mcp.logs.levels import Level
from incident_mcp.logs.meanings import Meaning
from incident_mcp.logs.value_seen import ValueSeen
from incident_mcp.vocabulary.untrusted import Untrusted
from incident_mcp.vocabulary.value import Value

if TYPE_CHECKING:  # what a cluster holds is nothing to a filter of files
    from incident_mcp.vocabulary.log_source import AtLeast

Tier = Literal["new error", "more errors", "new", ""]
"""Against the time before the onset, or against whatever else the logs are compared with."""
LEVELS: "tuple[AtLeast, ...]" = ("error", "warning", "info")
TIERS: tuple[Tier, ...] = ("new error", "more errors", "new", "")


class LogPattern(Value):
    """All events of one template that have the same level and code. `pods` counts them by pod, most first.

    `number` is the template's: 200 and 503 of one template share it.
    """

    number: int = 0
    level: Level
    template: Untrusted
    example: Untrusted
    """One of its lines in full: for a trace, its root exception."""
    count: int
    lines: int = 0
    """A stack trace is one event of many lines."""
    first: datetime | None = None
    last: datetime | None = None
    pods: dict[str, int] = {}
    trace: bool = False
    frame: Untrusted = Untrusted("")
    """Of a trace: the first frame of the application."""
    code: int | None = None
    """An HTTP status, an exit code, an error number."""
    meaning: Meaning | None = None
    before: int = 0
    """What it is compared with: of `count` what came before the onset, and beside it what a baseline has."""
    after: int = 0
    """Of `count`, what came since the onset; all of it where there is none."""
    tier: Tier = ""
    weight: float = 0.0
    """Within its tier: the higher, the more it looks like the onset's own."""
    since: datetime | None = None
    """The first time after the onset."""
    peak: int = 0
    """Most in one minute of one log."""
    peak_at: datetime | None = None
    samples: tuple[Untrusted, ...] = ()
    values: tuple[ValueSeen, ...] = ()
    """What its places hold, where that was asked for and tells something."""

    @property
    def blank(self) -> bool:
        """Empty lines."""
        return not self.template


class Reading(Value):
    """What was read, and what it says; the patterns' `lines` sum to `lines`."""

    patterns: tuple[LogPattern, ...] = ()
    lines: int = 0
    size: int = 0
    """Bytes."""
    first: datetime | None = None
    last: datetime | None = None
    onset: datetime | None = None
    compared: int = 0
    """Events before the onset, and of the logs compared with, whose lines are not among `lines`."""
    coarse: bool = False
    """There were more kinds of lines than are told apart: some patterns are too wide."""


def at_level(reading: Reading, level: "AtLeast") -> Reading:
    """Without the patterns below this level; what was read stays what was read."""
    kept = LEVELS[: LEVELS.index(level) + 1]
    return reading.model_copy(update={"patterns": tuple(each for each in reading.patterns if each.level in kept)})
