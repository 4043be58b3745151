"""What the cells of a server-side table say, as numbers: `2/3`, `3 (4s ago)`, `5m10s`."""

import re
from datetime import timedelta

_UNITS = {"y": 365 * 86400, "d": 86400, "h": 3600, "m": 60, "s": 1}
_PART = re.compile(r"(\d+)([ydhms])")
_RESTARTS = re.compile(r"(\d+)(?: \(([0-9ydhms]+) ago\))?")


def fraction(cell: object) -> tuple[int, int]:
    """`2/3` as (2, 3); (0, 0) for anything else."""
    ready, _, wanted = str(cell).partition("/")
    return (int(ready), int(wanted)) if ready.isdecimal() and wanted.isdecimal() else (0, 0)


def duration(cell: object) -> timedelta | None:
    """kubectl's short duration, as coarse as the server printed it; None for `<unknown>`."""
    parts = _PART.findall(str(cell))
    return timedelta(seconds=sum(int(n) * _UNITS[unit] for n, unit in parts)) if parts else None


def restarts(cell: object) -> tuple[int, timedelta | None]:
    """`3 (4s ago)`: how many, and how long since the last one."""
    found = _RESTARTS.fullmatch(str(cell))
    if found is None:
        return 0, None
    return int(found[1]), duration(found[2]) if found[2] else None
