"""The kubelet's own time stamp before each line, and the application's own at its head.

Kubernetes serves container logs with RFC 3339 stamps in nanoseconds when asked for (`timestamps=true`).
"""

import re
from datetime import UTC, datetime

_KUBELET = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)", re.DOTALL)
_OWN = re.compile(
    r"^\[?"
    r"(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d:?\d\d| UTC)?|\d\d:\d\d:\d\d(?:[.,]\d+)?)"
    r"\]?\s*[-:|]?\s*"
)


def split_stamp(line: str) -> tuple[datetime | None, str]:
    """The kubelet's time, aware UTC, and the line as the application wrote it."""
    found = _KUBELET.fullmatch(line)
    if found is None:
        return None, line
    try:
        return datetime.fromisoformat(found[1]).astimezone(UTC), found[2]
    except ValueError:
        return None, line


def without_own_stamp(text: str) -> str:
    """The application's own date and time are noise in a template: the kubelet's are better."""
    return _OWN.sub("", text, count=1)
