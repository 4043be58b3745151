"""Times as people say them: `02:10`, `02:10:30`, or a full date and time; spans: `30s`, `45m`, `2h`, `3d`. Without a
zone they are UTC.
"""

import re
from datetime import UTC, datetime, time, timedelta

from incident_mcp.vocabulary.errors import BadRequest

_SPAN = re.compile(r"(\d{1,4})\s*(s|m|h|d)(?:ec|in|our|ay)?s?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span_said(text: str) -> timedelta | None:
    """`45m` or `45 min`; None for what is no span, or an empty one."""
    found = _SPAN.fullmatch(text.strip())
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) or None if found else None


def moment_said(text: str, now: datetime) -> datetime:
    """The moment that was meant: a bare time of day is the last one that has passed.

    Raises `BadRequest` when it is no time, or one that has not come yet.
    """
    found = _time_of_day(text.strip(), now) or _full(text.strip())
    if found is None:
        raise BadRequest(f"{text[:40]!r} is no time.", "Write 02:10 or 2026-11-24T02:10:00Z; times are UTC.")
    if found > now:
        raise BadRequest(f"{text[:40]!r} has not come yet; it is {now:%H:%M:%S} UTC.", "Give the time in UTC.")
    return found


def _time_of_day(text: str, now: datetime) -> datetime | None:
    try:
        of_day = time.fromisoformat(text)
    except ValueError:
        return None
    found = datetime.combine(now.date(), of_day, of_day.tzinfo or UTC)
    return found if found <= now else found - timedelta(days=1)


def _full(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
