"""A reading of logs as an answer: a few ranked patterns in words that fit, each with its counts and what it means."""

from datetime import datetime

from incident_mcp.logs.patterns import LogPattern, Reading
from incident_mcp.logs.spread import spread
from incident_mcp.text.fencing import fence, quote
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.value_words import value_words

TEMPLATE_LIMIT = 200
SAMPLE_LIMIT = 400
SAMPLES_BYTES = 4500
"""Of all of them together: an answer stays small whatever the lines hold."""
TOO_WIDE = "too many kinds of lines to tell apart: some patterns are wider than they should be"
_BURST = 10
"""Events in one minute, and at least half of all, are worth a word."""


class PatternLine(Value):
    """One pattern. `example` is one of its lines, where it says more than the pattern; `id` asks for more of them."""

    id: int = 0
    new: str = ""
    """Against what it is compared with."""
    level: str
    count: int
    before: int | None = None
    pods: int = 0
    code: int | None = None
    pattern: str
    example: str = ""
    at: str = ""
    """Of a stack trace: the first frame of the application."""
    first: str | None = None
    last: str | None = None
    burst: str = ""
    means: str = ""
    values: str = ""
    """What stands in its places, where that tells something."""


def pattern_line(pattern: LogPattern, reading: Reading) -> PatternLine:
    """Times carry their date when the logs span more than one day."""
    template = quote(pattern.template, TEMPLATE_LIMIT)
    example = template if pattern.example == pattern.template else quote(pattern.example, TEMPLATE_LIMIT)
    day = reading.last
    return PatternLine(
        id=pattern.number,
        new=pattern.tier,
        level=pattern.level,
        count=pattern.after if pattern.tier else pattern.count,
        before=pattern.before if reading.compared else None,
        pods=len(pattern.pods),
        code=pattern.code,
        pattern=template,
        example=example if example != template else "",
        at=quote(pattern.frame, TEMPLATE_LIMIT) if pattern.frame else "",
        first=_clock((pattern.since if pattern.tier else None) or pattern.first, day),
        last=_clock(pattern.last, day),
        burst=_burst(pattern),
        means=meant(pattern),
        values="; ".join(filter(None, map(value_words, pattern.values))),
    )


def meant(pattern: LogPattern) -> str:
    """`connection-refused: host payments, port 8443`."""
    meaning = pattern.meaning
    if meaning is None:
        return ""
    parts = listed([f"{name} {value}" for name, value in meaning.parts.items()])
    return f"{meaning.cause}: {parts}" if parts else meaning.cause


def headline(reading: Reading, *, any_read: bool, narrowed: bool = False, against: str = "") -> str:
    """The one sentence that somebody needs who reads no further. `narrowed`: not every line was asked for; `against`
    what is new, empty: the time before.
    """
    if not any_read:
        return "no log could be read; that says nothing about its health."
    patterns = [pattern for pattern in reading.patterns if pattern.count and not pattern.blank]
    if not patterns and (narrowed or reading.lines):
        return "no such line in this window."
    if not patterns:
        return "its pods logged nothing in this window."
    told = patterns[0]
    fresh = sum(1 for pattern in patterns if pattern.tier in ("new error", "more errors"))
    errors = sum(1 for pattern in patterns if pattern.level == "error")
    if fresh:
        than = f"against {against}" if against else "since the onset"
        return f"{count(fresh, 'error pattern')} new or surging {than}; first: {_telling(told)}."
    if errors:
        said = "most telling" if told.level == "error" else "first"
        return f"{count(errors, 'error pattern')}; {said}: {_telling(told)}."
    return f"no error among {count(len(patterns), 'pattern')}."


def _telling(pattern: LogPattern) -> str:
    code = f" {pattern.code}" if pattern.code is not None else ""
    times = pattern.after if pattern.tier else pattern.count
    return f"{quote(pattern.example, TEMPLATE_LIMIT)}{code}, {times} times"


def read_words(reading: Reading) -> str:
    """`12,304 lines, 1.4 MB, 01:12:40 to 02:14:02`."""
    size = f"{reading.size / 1e6:.1f} MB" if reading.size >= 100_000 else f"{reading.size / 1e3:.1f} kB"
    span = (
        f", {_clock(reading.first, reading.last)} to {_clock(reading.last, reading.last)}"
        if reading.first and reading.last
        else ""
    )
    return f"{reading.lines:,} {'line' if reading.lines == 1 else 'lines'}, {size}{span}"


def samples_of(reading: Reading, number: int) -> str:
    """A template's further lines from all of its time, as one block of data; empty when it has none."""
    found = [sample for pattern in reading.patterns if pattern.number == number for sample in pattern.samples]
    for most in range(min(len(found), 20), 0, -1):
        fenced = fence(spread(found, most), SAMPLE_LIMIT)
        if most == 1 or len(fenced.encode()) <= SAMPLES_BYTES:
            return fenced
    return ""


def _burst(pattern: LogPattern) -> str:
    if pattern.peak < _BURST or pattern.peak * 2 < pattern.count or pattern.peak_at is None:
        return ""
    if pattern.first and pattern.last and (pattern.last - pattern.first).total_seconds() < 120:
        return ""
    return f"{pattern.peak} in the minute of {pattern.peak_at:%H:%M}"


def _clock(at: datetime | None, day: datetime | None) -> str | None:
    return clock(at, day) if at else None
