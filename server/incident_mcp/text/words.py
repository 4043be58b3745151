"""Numbers and times in the words people use for them: `2 min 31 s`, `02:11:40`, `3 pods`, `20 of 143 shown`."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta


def duration(span: timedelta) -> str:
    """Short and as exact as matters: `0.2 s`, `9 s`, `2 min 31 s`, `1 h 4 min`, `41 h`, `3 d`."""
    exact = abs(span.total_seconds())
    if 0 < exact < 0.95:
        return f"{max(exact, 0.1):.1f} s"
    seconds = round(exact)
    if seconds <= 120:
        return f"{seconds} s"
    if seconds < 3600:
        return _two(seconds, 60, "min", "s")
    minutes = round(exact / 60)
    if minutes < 600:
        return _two(minutes, 60, "h", "min")
    hours = round(exact / 3600)
    return f"{hours} h" if hours <= 48 else f"{round(exact / 86400)} d"


def _two(amount: int, step: int, large: str, small: str) -> str:
    whole, rest = divmod(amount, step)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def spelled(span: timedelta) -> str:
    """In whole words: `28 seconds`, `2 minutes 31 seconds`, `1 hour 4 minutes`."""
    seconds = round(abs(span.total_seconds()))
    if seconds < 60:
        return count(seconds, "second")
    if seconds < 3600:
        return _spelled_two(seconds, "minute", "second")
    return _spelled_two(round(seconds / 60), "hour", "minute")


def _spelled_two(amount: int, large: str, small: str) -> str:
    whole, rest = divmod(amount, 60)
    return f"{count(whole, large)} {count(rest, small)}" if rest else count(whole, large)


def hours_and_minutes(span: timedelta) -> str:
    """The postmortem template's own form, to the nearest minute: `0 hours 4 minutes`."""
    hours, minutes = divmod(round(abs(span.total_seconds()) / 60), 60)
    return f"{count(hours, 'hour')} {count(minutes, 'minute')}"


def clock(at: datetime, day: datetime | None = None) -> str:
    """Time of day in UTC, `02:11:40`; with its date in front when it is on another day than `day`."""
    at = at.astimezone(UTC)
    if day is not None and at.date() != day.astimezone(UTC).date():
        return f"{at:%Y-%m-%d %H:%M:%S}"
    return f"{at:%H:%M:%S}"


def minute(at: datetime) -> str:
    """`02:24 UTC`."""
    return f"{at.astimezone(UTC):%H:%M} UTC"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 pod`, `3 pods`, `0 ingresses`."""
    return f"{number} {noun if number == 1 else plural or _plural(noun)}"


def _plural(noun: str) -> str:
    if noun.endswith(("s", "x", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def listed(items: Sequence[str], most: int | None = None) -> str:
    """`a, b and c`; with more than `most` items, `a, b and 7 more`."""
    named = list(items) if most is None or len(items) <= most else [*items[:most], f"{len(items) - most} more"]
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} and {named[-1]}"


def shown(part: int, whole: int) -> str:
    """`20 of 143 shown`; empty when nothing was left out."""
    return f"{part} of {whole} shown" if part < whole else ""
