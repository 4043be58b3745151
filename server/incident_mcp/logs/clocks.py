"""The time stamps of many lines at once, in the forms that programs write them.

A stamp's part down to the minute hardly changes from one line to the next, so Python reads it once for each run of
lines that share it; seconds and fractions are read for all lines at once. Stamps without a zone are UTC, those without
a year are of the last year that does not put them into the future.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from incident_mcp.logs.collapse import Places
from incident_mcp.logs.fingerprints import eights

Words = npt.NDArray[np.uint64]
Times = npt.NDArray[np.int64]
"""Microseconds since 1970, UTC."""
NEVER = np.int64(np.iinfo(np.int64).min)
ALWAYS = np.int64(np.iinfo(np.int64).max)
"""Later than any time."""
_MONTHS = {name: at + 1 for at, name in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())}
_YEARS = range(1970, 2200)
"""No log is of another year: what looks so is a time that was never set (Go's is of the year 1), or no time."""
_LOOKED_AT = 400
_LONGEST_STAMP = 32
_BYTE, _ZERO, _POINT, _COMMA = np.uint64(255), np.uint64(48), np.uint64(46), np.uint64(44)
_MON = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_HMS = rb"[0-2]\d:[0-5]\d:[0-6]\d"

Fields = tuple[int, int, int, int, int]
"""Year (0: not written), month, day, hour, minute."""


def _year(written: bytes | None) -> int:
    """Of two digits it is of this century."""
    if written is None:
        return 0
    year = int(written) + (2000 if len(written) == 2 else 0)
    if year not in _YEARS:
        raise ValueError(written)
    return year


def _numbers(order: str) -> Callable[[bytes], Fields]:
    """`order` names what the numbers of a stamp are, in turn: `ymdHM` and the like."""

    def read(stamp: bytes) -> Fields:
        found = dict(zip(order, re.findall(rb"\d+", stamp), strict=False))
        month, day, hour, minute = (int(found[each]) for each in "mdHM")
        return _year(found.get("y")), month, day, hour, minute

    return read


def _with_month(order: str) -> Callable[[bytes], Fields]:
    inner = _numbers(order)

    def read(stamp: bytes) -> Fields:
        name = re.search(_MON, stamp)
        if name is None:
            raise ValueError(stamp)
        year, _, day, hour, minute = inner(stamp.replace(name[0], b" %d " % _MONTHS[name[0]]))
        return year, _MONTHS[name[0]], day, hour, minute

    return read


def _packed(stamp: bytes) -> Fields:
    year, month, day, hour, minute = (int(stamp[at : at + 2]) for at in (0, 2, 4, 7, 9))
    return 2000 + year, month, day, hour, minute


def _klog(stamp: bytes) -> Fields:
    return 0, int(stamp[:2]), int(stamp[2:4]), int(stamp[5:7]), int(stamp[8:10])


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a time: how to find it, how long it is down to the minute, and how to read that."""

    pattern: re.Pattern[bytes]
    length: int
    read: Callable[[bytes], Fields]


def _form(pattern: bytes, length: int, read: Callable[[bytes], Fields]) -> Form:
    return Form(re.compile(pattern), length, read)


FORMS: tuple[Form, ...] = (
    _form(rb"(?<!\d)\d{4}[-/][01]\d[-/][0-3]\d[T ]" + _HMS, 17, _numbers("ymdHM")),
    _form(rb"(?<!\d)[0-3]\d/" + _MON + rb"/\d{4}:" + _HMS, 18, _with_month("dmyHM")),
    _form(rb"(?<![\d\w])[0-3]\d " + _MON + rb" \d{4} " + _HMS, 18, _with_month("dmyHM")),
    _form(rb"(?<=^[IWEF])[01]\d[0-3]\d " + _HMS, 11, _klog),
    _form(_MON + rb" [ 0-3]\d " + _HMS, 13, _with_month("mdHM")),
    _form(rb"^\d\d[01]\d[0-3]\d [0-2]\d[0-5]\d[0-6]\d(?= )", 11, _packed),
    _form(rb"(?<![\d/])\d\d/[01]\d/[0-3]\d " + _HMS, 15, _numbers("ymdHM")),
    _form(rb"^[01]\d-[0-3]\d " + _HMS, 12, _numbers("mdHM")),
)
_ZONE = re.compile(rb"(?:[.,]\d+)? ?(?:Z|UTC|([+-])(\d\d):?(\d\d))")
_YEAR = re.compile(rb" (\d{4})\b")
_EPOCH = re.compile(rb'"(?:ts|time|timestamp|@timestamp)": ?"?(1\d{9})(\d{3})?(?:\.\d+)?\b')
EPOCH, EPOCH_MS = len(FORMS), len(FORMS) + 1
"""Seconds, or milliseconds, since 1970, as JSON loggers write them."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a kind of line has its time. `offset` is from the line's start."""

    form: int
    offset: int
    end: int
    zone: int = 0
    """Microseconds to take off."""
    year: int = 0


def find_stamp(line: bytes) -> Stamp | None:
    """The first stamp of a line, if one stands near its head."""
    head = line[:_LOOKED_AT]
    best: Stamp | None = None
    reach = len(head)
    for number, form in enumerate(FORMS):
        found = form.pattern.search(head, 0, reach)
        if found is None or (best and found.start() >= best.offset):
            continue
        reach = min(reach, found.start() + _LONGEST_STAMP)
        if zone := _ZONE.match(head, found.end()):
            best = Stamp(number, found.start(), zone.end(), _shift(zone))
        else:
            year = _YEAR.match(head, found.end())
            best = Stamp(number, found.start(), (year or found).end(), 0, int(year[1]) if year else 0)
    if best is None and (epoch := _EPOCH.search(head)):
        best = Stamp(EPOCH_MS if epoch[2] else EPOCH, epoch.start(1), epoch.end())
    return best


def _shift(zone: re.Match[bytes]) -> int:
    if zone[1] is None:
        return 0
    minutes = int(zone[2]) * 60 + int(zone[3])
    return (minutes if zone[1] == b"+" else -minutes) * 60_000_000


Style = tuple[int, int, int]
"""Form, year and zone."""
NO_STYLE: Style = (-1, 0, 0)
_SECONDS_AT = np.array([*(form.length for form in FORMS), 0, 0], np.int64)


def _forms(known: Sequence[Style]) -> Places:
    return np.array([form for form, _, _ in known], np.int64)


class Clocks:
    """Reads stamps; remembers the minutes it has read. `today` decides the year where none is written."""

    def __init__(self, today: datetime) -> None:
        self._today = today
        self._minutes: dict[tuple[int, int, int, bytes], np.int64] = {}

    def read(self, raw: npt.NDArray[np.uint8], at: Places, styles: Places, known: Sequence[Style]) -> Times:
        """The time of the stamp that starts at each place, in the style of that number; `NEVER` where there is none.

        Style 0 is `NO_STYLE`.
        """
        words = eights(raw)
        minutes = np.full(len(at), NEVER)
        old = np.zeros(len(at), np.bool_)
        for number in np.bincount(styles).nonzero()[0].tolist():
            form, year, zone = known[number]
            where = slice(None) if number == styles[0] and (styles == number).all() else (styles == number).nonzero()[0]
            if form >= EPOCH:
                minutes[where] = _since_1970(words, at[where], in_milliseconds=form == EPOCH_MS)
                old[where] = True
            elif number:
                minutes[where] = self._minutes_of(raw, words, at[where], form, year, zone)
        second_at = at + _SECONDS_AT[_forms(known)][styles]
        second = words[second_at]
        tens, ones = (second & _BYTE) - _ZERO, (second >> np.uint64(8) & _BYTE) - _ZERO
        times = (tens * np.uint64(10) + ones).astype(np.int64)
        times *= 1_000_000
        times += _fraction(second >> np.uint64(16) & _BYTE, words[second_at + 3])
        times += minutes
        good = (tens < 7) & (ones < 10) & (minutes != NEVER) & ~old
        return np.where(good, times, np.where(old, minutes, NEVER) if old.any() else NEVER)

    def _minutes_of(
        self, raw: npt.NDArray[np.uint8], words: Words, at: Places, form: int, year: int, zone: int
    ) -> Times | np.int64:
        length = FORMS[form].length
        shape = words[at] * np.uint64(0x9E3779B97F4A7C15) ^ words[at + (length - 8)]
        if length > 16:
            shape = shape * np.uint64(0xC2B2AE3D27D4EB4F) ^ words[at + 8]
        changes = (shape[1:] != shape[:-1]).nonzero()[0]
        if not len(changes):
            return self._minute(raw[at[0] : at[0] + length].tobytes(), form, year, zone)
        if len(changes) * 4 > len(at):
            _, starts, which = np.unique(shape, return_index=True, return_inverse=True)
        else:
            starts = np.concatenate((np.zeros(1, np.int64), changes + 1))
            which = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(at)))
        minutes = [self._minute(raw[each : each + length].tobytes(), form, year, zone) for each in at[starts].tolist()]
        return np.array(minutes, np.int64)[which]

    def _minute(self, stamp: bytes, form: int, year: int, zone: int) -> np.int64:
        known = self._minutes.get((form, year, zone, stamp))
        if known is None:
            if len(self._minutes) > 50_000:
                self._minutes.clear()
            minute = self._parse(stamp, form, year)
            known = self._minutes[form, year, zone, stamp] = NEVER if minute is None else np.int64(minute - zone)
        return known

    def _parse(self, stamp: bytes, form: int, year: int) -> int | None:
        try:
            written, month, day, hour, minute = FORMS[form].read(stamp)
            year = written or year
            time = datetime(year or self._today.year, month, day, hour, minute, tzinfo=UTC)
            if not year and time > self._today + timedelta(days=1):
                time = time.replace(year=time.year - 1)
        except (ValueError, KeyError, IndexError):
            return None
        return microseconds(time)


def _since_1970(words: Words, at: Places, *, in_milliseconds: bool) -> Times:
    """All ten digits of the seconds, and what follows them."""
    high = _digits(words[at])
    rest = words[at + 8]
    tens, ones = (rest & _BYTE) - _ZERO, (rest >> np.uint64(8) & _BYTE) - _ZERO
    seconds = (high * 100 + (tens * np.uint64(10) + ones).astype(np.int64)) * 1_000_000
    if in_milliseconds:
        thousandths = (words[at + 10] & np.uint64(0xFFFFFF)) | np.uint64(0x3030303030000000)
        fraction = _digits(thousandths) // 100
    else:
        fraction = _fraction(rest >> np.uint64(16) & _BYTE, words[at + 11])
    return np.where((tens < 10) & (ones < 10), seconds + fraction, NEVER)


def _fraction(stop: Words, digits: Words) -> Times:
    """Microseconds, if a point or a comma stands before the digits."""
    fraction = _digits(digits) // 100
    fraction[(stop != _POINT) & (stop != _COMMA)] = 0
    return fraction


def _digits(digits: Words) -> Times:
    """The number that eight characters make, up to the first that is no digit: `5Z......` is 50000000.

    All eight at once in one machine word (Lemire and Mula, "Parsing series of integers with SIMD", 2018).
    """
    digits = digits ^ np.uint64(0x3030303030303030)
    other = (digits + np.uint64(0x7676767676767676) | digits) & np.uint64(0x8080808080808080)
    digits &= ((other & (~other + np.uint64(1))) >> np.uint64(7)) - np.uint64(1)
    digits = (digits * np.uint64(2561) >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    digits = (digits * np.uint64(6553601) >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    return (digits * np.uint64(42949672960001) >> np.uint64(32)).astype(np.int64)


def microseconds(time: datetime) -> int:
    """Of an aware time, since 1970."""
    since = time - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def moment(time: int) -> datetime | None:
    """The other way round; None for what no line had."""
    if time in (int(NEVER), int(ALWAYS)):
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time)
