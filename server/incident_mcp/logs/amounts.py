"""Numbers that measure something: a duration, a size, a share, or what the word before them says that it counts.

Any other number is a name: an id, a port, a shard.
"""

import re
from dataclasses import dataclass

_UNITS: dict[str, tuple[str, float]] = {
    "ns": ("s", 1e-9),
    **dict.fromkeys(("us", "µs", "μs"), ("s", 1e-6)),
    **dict.fromkeys(("ms", "msec", "millis", "milliseconds"), ("s", 1e-3)),
    **dict.fromkeys(("s", "sec", "secs", "seconds", "second"), ("s", 1.0)),
    **dict.fromkeys(("m", "min", "minutes"), ("s", 60.0)),
    **dict.fromkeys(("h", "hours"), ("s", 3600.0)),
    **dict.fromkeys(("B", "bytes"), ("B", 1.0)),
    **dict.fromkeys(("kB", "KB", "KiB"), ("B", 1024.0)),
    **dict.fromkeys(("MB", "MiB"), ("B", 1024.0**2)),
    **dict.fromkeys(("GB", "GiB"), ("B", 1024.0**3)),
    "%": ("%", 1.0),
}
_NUMBER = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)\s?([A-Za-zµμ%]*)")
_GO = re.compile(r"(?:(\d{1,4})h)?(\d{1,2})m(\d{1,2}(?:\.\d{1,9})?)s")
_COUNTS = re.compile(
    r"(?i)(?:^|[^a-z])(?:took|latency|duration|elapsed|[a-z_]{0,20}time|ms|seconds|bytes|size|count|attempts?|retr[a-z]{0,5}"
    r"|queued?|depth|lag|pending|wait(?:ed|ing)?|rows|len|length|heap|memory|connections|backlog|behind"
    r"|[a-z_]{1,20}_(?:ms|seconds|bytes|count|size))[\"']?[\s:=(]*$"
)
_NAMED = re.compile(r"(?:(?:^|[_\W])(ms|millis|seconds|bytes)|[a-z](Ms|Millis|Seconds|Bytes))[\"']?[\s:=(]*$")
_NEXT = re.compile(r"\s?([A-Za-zµμ%]+)")


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit` is `s`, `B`, `%`, or empty for a bare number."""

    value: float
    unit: str


def amount(word: str, unit: str = "") -> Amount | None:
    """`12ms`, `1m2.5s`, `3.1 MiB`, or a bare number, which is of `unit`; None for any other word."""
    if found := _NUMBER.fullmatch(word):
        kind, factor = _UNITS.get(found[2] or unit, ("", 1.0))
        return Amount(float(found[1]) * factor, kind) if kind or not found[2] else None
    if found := _GO.fullmatch(word):
        return Amount(int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3]), "s")
    return None


def names_an_amount(before: str) -> bool:
    """Whether what stands before a bare number says that it measures or counts: `took `, `queue=`."""
    return _COUNTS.search(before) is not None


def unit_behind(text: str) -> str:
    """The unit that a text begins with, as in `took 12 ms for it`; empty if it does not."""
    found = _NEXT.match(text)
    return found[1] if found and found[1] in _UNITS else ""


def unit_of_name(name: str) -> str:
    """The unit in a field's name: `duration_ms=`, `elapsedSeconds`."""
    found = _NAMED.search(name)
    return (found[1] or found[2]).lower() if found else ""
