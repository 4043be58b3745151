"""What the places of a pattern hold, where it tells something: one host of many, a duration that grows.

Only the lines of the few patterns that are shown are looked at again, each place by itself: its words while they are
few, its numbers, and whether they are larger at the end of a log than at its beginning. Where a pattern has more lines
than `MOST`, evenly spread ones are taken, and the counts are of those.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, cast

import msgspec

from incident_mcp.logs.amounts import amount, names_an_amount, unit_behind, unit_of_name
from incident_mcp.logs.levels import level_and_message
from incident_mcp.logs.shapes import LONGEST, without_stamp
from incident_mcp.logs.spread import spread
from incident_mcp.logs.value_seen import Telling, ValueSeen
from incident_mcp.logs.words import VALUE
from incident_mcp.vocabulary.untrusted import Untrusted

MOST = 20_000
"""Lines of one pattern."""
PLACES = 16
WORDS = 200
"""Different words of one place that are told apart."""
SAID = 2
"""Of one pattern."""
GROWS = 2.0
_ENOUGH = 8
_SHARE = 0.6
_LABEL = 28
_VALUE_LENGTH = 120
_END = re.compile(r"[^\s\"',;\])}]+")
_FIELD = re.compile(r"(?:^|\s)([\w.@/-]{1,40})=(?:\"([^\"\\]{0,120})\"|([^\s\"]{1,120}))")
_NAMED = re.compile(r"([\w.@/-]+)=\"?$")
"""A field that is a place of the message itself."""
_KNOWN_ALREADY = re.compile(
    r"(?i)(?:ts|time|timestamp|@timestamp|date|level|lvl|severity|levelname|msg|message|event|error|err|exception|logger"
    r"|caller|stack\w*|.*status.*|.*code|.*id|trace.*|span.*|pid|thread|line|v|version|service|app|hostname|pod|namespace)"
)

_TELLING: tuple[Telling, ...] = ("grows", "one of many", "always", "few", "range")


@dataclass(slots=True)
class _Place:
    label: str
    is_field: bool
    unit: str = ""
    """That stands behind the value."""
    words: Counter[str] = field(default_factory=Counter[str])
    many: bool = False
    count: int = 0
    amounts: list[float] = field(default_factory=list[float])
    early: list[float] = field(default_factory=list[float])
    late: list[float] = field(default_factory=list[float])
    units: set[str] = field(default_factory=set[str])

    def add(self, word: str, third: int) -> None:
        self.count += 1
        if word in self.words or len(self.words) < WORDS:
            self.words[word] += 1
        else:
            self.many = True
        if (found := amount(word, self.unit)) is not None:
            self.units.add(found.unit)
            self.amounts.append(found.value)
            if third != 1:
                (self.late if third else self.early).append(found.value)


class Values:
    """Of one pattern whose template is `shown`. Add the lines of each log in their order; then `told`."""

    def __init__(self, shown: str) -> None:
        self._segments = shown.split(VALUE)
        self._named = {found[1] for each in self._segments[:-1] if (found := _NAMED.search(each))}
        self._places: dict[object, _Place] = {}
        self.lines = 0

    def add(self, lines: Sequence[bytes]) -> None:
        """Of one log: its first third is early, its last third late."""
        for at, line in enumerate(lines):
            self.lines += 1
            third = 3 * at // len(lines)
            text = without_stamp(line[:LONGEST]).decode("utf-8", "replace")
            for place, word in _found(self._segments, text):
                if place not in self._named:
                    self._place(place, word, third)

    def told(self) -> list[ValueSeen]:
        """The most telling first."""
        told = [each for place in self._places.values() if (each := _told(place)) is not None]
        return sorted(told, key=lambda each: (_TELLING.index(each.telling), -each.count))[:SAID]

    def _place(self, place: int | str, word: str, third: int) -> None:
        known = self._places.get(place)
        if known is None:
            if len(self._places) >= PLACES:
                return
            known = self._places[place] = self._new(place)
        known.add(word[:_VALUE_LENGTH], third)

    def _new(self, place: int | str) -> _Place:
        if isinstance(place, str):
            return _Place(f"{place}=", is_field=True, unit=unit_of_name(place))
        before, behind = self._segments[place], self._segments[place + 1]
        return _Place(_tail(before), is_field=False, unit=unit_behind(behind) or unit_of_name(before))


def _found(segments: Sequence[str], text: str) -> Iterator[tuple[int | str, str]]:
    """The word in each place of the message, and the fields beside it."""
    said = level_and_message(text)[1]
    yield from _in_places(segments, said)
    if text.startswith("{"):
        yield from _json_fields(text)
    elif "=" in text:
        for each in _FIELD.finditer(text):
            if not _KNOWN_ALREADY.fullmatch(each[1]):
                yield each[1], each[2] or each[3] or ""


def _in_places(segments: Sequence[str], said: str) -> Iterator[tuple[int, str]]:
    at = said.find(segments[0])
    if at < 0 or len(segments) < 2:
        return
    at += len(segments[0])
    for place, segment in enumerate(segments[1:]):
        if not segment:
            if last := _END.match(said, at):
                yield place, last[0]
            return
        end = said.find(segment, at + 1)
        if end < 0:
            return
        word = said[at:end]
        yield place, word if place or segments[0] else word.rsplit(maxsplit=1)[-1] if word.strip() else word
        at = end + len(segment)


def _json_fields(text: str) -> Iterator[tuple[str, str]]:
    try:
        fields = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return
    if isinstance(fields, dict):
        for name, value in cast("dict[str, Any]", fields).items():
            if isinstance(value, str | int | float) and not _KNOWN_ALREADY.fullmatch(name):
                yield name[:40], str(value)


def _told(place: _Place) -> ValueSeen | None:
    if place.count < 3:
        return None
    if len(place.amounts) >= 0.9 * place.count and len(place.units) == 1:
        return _amounts(place, next(iter(place.units)))
    if place.many:
        return None
    (word, count), *_ = place.words.most_common(1)
    others = len(place.words) - 1
    if not others:
        return None if place.is_field else _word("always", place, word, count)
    if count >= _SHARE * place.count and count >= 3:
        return _word("one of many", place, word, count)
    if others < 3 and not place.is_field:
        return _word("few", place, word, count)
    return None


def _amounts(place: _Place, unit: str) -> ValueSeen | None:
    """Numbers without a unit are ids and ports, unless what stands before them says that they count something."""
    if not unit and not names_an_amount(place.label):
        return _number_as_word(place)
    low, high = min(place.amounts), max(place.amounts)
    if low == high:
        return None
    if min(len(place.early), len(place.late)) >= _ENOUGH // 2:
        before, after = median(place.early), median(place.late)
        if after >= GROWS * before and after > before:
            return _range("grows", place, before, after, unit)
    return None if place.is_field else _range("range", place, low, high, unit)


def _number_as_word(place: _Place) -> ValueSeen | None:
    (word, count), *_ = place.words.most_common(1)
    one = not place.many and not place.is_field and len(place.words) > 1 and count >= _SHARE * place.count
    if not one:
        return None
    return _word("one of many", place, word, count)


def _range(telling: Telling, place: _Place, low: float, high: float, unit: str) -> ValueSeen:
    said = Untrusted(place.label.rstrip(" "))
    return ValueSeen(telling=telling, said=said, count=place.count, of=place.count, low=low, high=high, unit=unit)


def _word(telling: Telling, place: _Place, word: str, count: int) -> ValueSeen:
    said = Untrusted(f"{place.label}{word}")
    return ValueSeen(telling=telling, said=said, count=count, of=place.count, others=len(place.words) - 1)


def _tail(segment: str) -> str:
    """The end of what stands before a value, from a word's beginning."""
    if len(segment) <= _LABEL:
        return segment.lstrip()
    tail = segment[-_LABEL:]
    return tail[tail.find(" ") + 1 :]


def all_of(pieces: Iterable[Sequence[bytes]], shown: str) -> Values:
    """What the lines of a pattern hold; each piece is of one log."""
    logs = list(pieces)
    share = min(1.0, MOST / max(1, sum(map(len, logs))))
    values = Values(shown)
    for lines in logs:
        values.add(spread(lines, max(1, round(share * len(lines)))) if lines else lines)
    return values
