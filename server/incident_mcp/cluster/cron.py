"""A CronJob's schedule: five fields, `@hourly` and its like, and when it was due last.

As the CronJob controller reads it (robfig/cron): day of month and day of week are alternatives where both are given.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SHORT = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_PART = re.compile(r"(\*|\?|\d+)(?:-(\d+))?(?:/(\d+))?")
FAR = 400
"""Days to look back: a yearly schedule is found."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which minutes it runs in. `either`: day of month or day of week is enough."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def due_before(self, now: datetime) -> datetime | None:
        """The last time at or before `now`, in the zone of `now`."""
        for back in range(FAR):
            day = now - timedelta(days=back)
            if not self._on(day):
                continue
            latest = (now.hour, now.minute) if back == 0 else (23, 59)
            times = [(h, m) for h in self.hours for m in self.minutes if (h, m) <= latest]
            if times:
                hour, minute = max(times)
                return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return None

    def _on(self, day: datetime) -> bool:
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, (day.weekday() + 1) % 7 in self.weekdays
        return (of_month or of_week) if self.either else (of_month and of_week)


def parse(text: str) -> Schedule | None:
    """None when it can't be read: the controller then runs nothing, or it uses a form that we don't know."""
    fields = _SHORT.get(text.strip().lower(), text).lower().split()
    if len(fields) != len(_RANGES):
        return None
    fields[3] = _numbered(fields[3], _MONTHS, 1)
    fields[4] = _numbered(fields[4], _DAYS, 0)
    sets = [_set(field, low, high) for field, (low, high) in zip(fields, _RANGES, strict=True)]
    if any(not each for each in sets):
        return None
    either = not fields[2].startswith(("*", "?")) and not fields[4].startswith(("*", "?"))
    return Schedule(*(frozenset(each) for each in sets), either=either)


def last_due(text: str, zone: str, now: datetime) -> datetime | None:
    """When a schedule was due last; None when it, or its time zone, is not understood."""
    schedule = parse(text)
    if schedule is None:
        return None
    try:
        local = now.astimezone(ZoneInfo(zone)) if zone else now
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return schedule.due_before(local)


def _numbered(field: str, names: list[str], first: int) -> str:
    for number, name in enumerate(names, first):
        field = field.replace(name, str(number))
    return field


def _set(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for each in field.split(","):
        match = _PART.fullmatch(each)
        if match is None:
            return set()
        start, end, step = match.groups()
        if start in ("*", "?"):
            first, last = low, high
        else:
            first = int(start)
            last = int(end) if end else (high if step else first)
        if not low <= first <= last or last > high + (high == 6) or step == "0":
            return set()
        found.update(number % 7 if high == 6 else number for number in range(first, last + 1, int(step or 1)))
    return found
