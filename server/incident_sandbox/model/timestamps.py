"""Times as the API server writes them: UTC, whole seconds (RFC 3339), or microseconds in a few newer types."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# (seconds below, format of the rest): the limits of k8s.io/apimachinery/pkg/util/duration.HumanDuration.
MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400


def rfc3339(moment: datetime) -> str:
    """Whole seconds, cut and not rounded, as `metav1.Time` does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339_micro(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def rfc3339_nano(moment: datetime) -> str:
    """Nine digits, as a container runtime stamps log lines."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def parse(text: str) -> datetime:
    """An aware UTC moment. Raises ValueError for anything else than RFC 3339."""
    head, dot, rest = text.partition(".")
    if dot:  # Python reads six digits at most, a log line's timestamp has nine
        digits = len(rest) - len(rest.lstrip("0123456789"))
        text = f"{head}.{rest[: min(digits, 6)].ljust(6, '0')}{rest[digits:]}"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment.astimezone(UTC)


def human_duration(span: timedelta) -> str:
    """Two or three significant figures, as the AGE column shows: `41h`, `2m30s`, `3d4h`."""
    seconds = int(span.total_seconds())
    if seconds < -1:
        return "<invalid>"
    if seconds < 2 * MINUTE:
        return f"{max(seconds, 0)}s"
    if seconds < 10 * MINUTE:
        return _two(seconds, MINUTE, "m", 1, "s")
    if seconds < 3 * HOUR:
        return f"{seconds // MINUTE}m"
    if seconds < 8 * HOUR:
        return _two(seconds, HOUR, "h", MINUTE, "m")
    if seconds < 2 * DAY:
        return f"{seconds // HOUR}h"
    if seconds < 8 * DAY:
        return _two(seconds, DAY, "d", HOUR, "h")
    if seconds < 2 * YEAR:
        return f"{seconds // DAY}d"
    return _two(seconds, YEAR, "y", DAY, "d") if seconds < 8 * YEAR else f"{seconds // YEAR}y"


def _two(seconds: int, big: int, big_unit: str, small: int, small_unit: str) -> str:
    whole, rest = divmod(seconds, big)
    return f"{whole}{big_unit}{rest // small}{small_unit}" if rest // small else f"{whole}{big_unit}"


def since(text: str | None, now: datetime) -> str:
    """How long ago a timestamp of an object was, as a table says it."""
    return human_duration(now - parse(text)) if text else "<unknown>"


def parse_span(text: str) -> timedelta:
    """A span as scenarios write it, `41h`, `2m30s`, `1.5s`. Raises ValueError for anything else."""
    units = {"ms": 0.001, "s": 1, "m": MINUTE, "h": HOUR, "d": DAY}
    total, number, unit = 0.0, "", ""
    for char in f"{text} ":
        if unit and not char.isalpha():
            total += float(number) * units[unit]
            number = unit = ""
        if char.isalpha():
            unit += char
        elif char != " ":
            number += char
    if number or unit or not text.strip():
        raise ValueError(f"{text!r} is not a span such as 41h, 2m30s or 1.5s")
    return timedelta(seconds=total)
