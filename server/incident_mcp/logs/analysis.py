"""From kinds of lines to patterns: kinds whose messages share a template are one, apart by level and code.

Feed it each log with whose it is; then ask once. What comes out is ranked: what is new since the onset first.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import BinaryIO

import numpy as np

from incident_mcp.logs.clocks import ALWAYS, NEVER, microseconds, moment
from incident_mcp.logs.heads import message_of
from incident_mcp.logs.json_lines import json_frame
from incident_mcp.logs.keys import MOST
from incident_mcp.logs.kind import Kind
from incident_mcp.logs.ledger import Kinds
from incident_mcp.logs.levels import Level
from incident_mcp.logs.lines_again import lines_of
from incident_mcp.logs.meanings import Meaning, recognise
from incident_mcp.logs.novelty import Seen, Stretch, judged
from incident_mcp.logs.patterns import TIERS, LogPattern, Reading
from incident_mcp.logs.reader import SAMPLE_LENGTH, LogReader
from incident_mcp.logs.recognisers import HINTS
from incident_mcp.logs.shapes import body_of
from incident_mcp.logs.sources import Source
from incident_mcp.logs.spread import spread
from incident_mcp.logs.templates import Template, shown, templates_of
from incident_mcp.logs.totals import Totals
from incident_mcp.logs.value_seen import ValueSeen
from incident_mcp.logs.words import Words, words_of
from incident_mcp.text.key_lines import mask_key_lines
from incident_mcp.vocabulary.untrusted import Untrusted

_RANK: dict[Level, int] = {"error": 0, "warning": 1, "info": 2}
_LONGEST = 500
_SAMPLES = 20
_MEANT = 6
"""Samples of a pattern that are asked what they mean."""


_Key = tuple[int, Level, int | None]


@dataclass(slots=True)
class _Group:
    template: Template
    level: Level
    code: int | None
    main: Kind
    """The most frequent one."""
    kinds: list[int] = field(default_factory=list[int])


class LogAnalysis:
    """`into`, if given, takes four bytes a line, which `numbers` makes the template's number. `looked`: how much of the
    time before the onset was looked through, should no line be of it.
    """

    def __init__(
        self,
        *,
        today: datetime,
        onset: datetime | None = None,
        looked: timedelta = timedelta(),
        into: BinaryIO | None = None,
        most_kinds: int = MOST,
    ) -> None:
        self._reader = LogReader(today=today, onset=onset, into=into, most_kinds=most_kinds)
        self._words: dict[str, Words] = {}
        self._templates: dict[str, Template] = {}
        self._onset = onset
        self._looked = looked
        self._sources: list[Source | None] = []
        self._numbers: dict[object, int] = {}
        self._baseline: set[int] = set()
        self._groups_of: dict[_Key, _Group] = {}

    @property
    def kinds(self) -> int:
        """How many kinds of lines are told apart; many of them may make one pattern."""
        return len(self._reader.kinds)

    def source(self, source: Source | None = None, *, baseline: bool = False) -> int:
        """A new log; its number is for `feed`. A `baseline` is what the others are compared with."""
        self._sources.append(source)
        if baseline:
            self._baseline.add(len(self._sources) - 1)
        return len(self._sources) - 1

    def feed(self, source: int, piece: bytes) -> None:
        """More of the log, cut anywhere."""
        self._reader.feed(source, piece, baseline=source in self._baseline)

    def close(self, source: int) -> None:
        """The log has ended."""
        self._reader.close(source)

    def read(self) -> Reading:
        """What all logs say. They are closed."""
        self._reader.finish()
        ledger = self._reader.ledger
        count = len(self._reader.kinds)
        groups = self._groups()
        stretch = self._stretch()
        totals = Totals(ledger, [group.kinds for group in groups])
        pods = self._pods(totals)
        patterns = [self._pattern(at, group, totals, pods[at], stretch) for at, group in enumerate(groups)]
        self._groups_of = dict(zip(map(_key, patterns), groups, strict=True))
        first, last = ledger.first[:count], ledger.last[:count]
        return Reading(
            patterns=tuple(sorted(patterns, key=_order)),
            lines=self._reader.lines,
            size=self._reader.bytes,
            first=moment(int(first.min(initial=ALWAYS))),
            last=moment(int(last.max(initial=NEVER))),
            onset=self._onset,
            compared=int(ledger.before.sum() + ledger.usual.sum()),
            coarse=self._reader.coarse,
        )

    def valued(self, reading: Reading, logs: Sequence[bytes], kinds: bytes, most: int) -> Reading:
        """With what the places of the first patterns hold. `kinds` is what the lines of `logs` wrote `into`."""
        patterns = list(reading.patterns)
        places = [place for place, pattern in enumerate(patterns[:most]) if not pattern.blank]
        told = self._values([patterns[place] for place in places], logs, kinds) if places else []
        for place, each in zip(places, told, strict=True):
            patterns[place] = patterns[place].model_copy(update={"values": each})
        return reading.model_copy(update={"patterns": tuple(patterns)})

    def sampled(self, reading: Reading, logs: Sequence[bytes], kinds: bytes, number: int) -> Reading:
        """With lines of all of its time as the samples of one template's patterns; whole traces stay as they are."""
        mine = [place for place, pattern in enumerate(reading.patterns) if pattern.number == number]
        patterns = list(reading.patterns)
        found = self._lines_again([patterns[place] for place in mine], logs, kinds) if mine else []
        for place, lines in zip(mine, found, strict=True):
            spread_out = spread([line for each in lines for line in each], _SAMPLES)
            if samples := tuple(Untrusted(line[:SAMPLE_LENGTH].decode("utf-8", "replace")) for line in spread_out):
                patterns[place] = patterns[place].model_copy(update={"samples": samples})
        return reading.model_copy(update={"patterns": tuple(patterns)})

    def _lines_again(
        self, patterns: Sequence[LogPattern], logs: Sequence[bytes], kinds: bytes
    ) -> list[list[list[bytes]]]:
        """Of each pattern, but for traces, each log's lines."""
        which = np.full(len(self._reader.kinds), -1, np.int32)
        for place, pattern in enumerate(patterns):
            if not pattern.trace:
                which[self._groups_of[_key(pattern)].kinds] = place
        return lines_of(logs, which[np.frombuffer(kinds, "<i4")], len(patterns))

    def _values(
        self, patterns: Sequence[LogPattern], logs: Sequence[bytes], kinds: bytes
    ) -> list[tuple[ValueSeen, ...]]:
        from incident_mcp.logs.values import all_of  # of a long log nobody looks at them

        groups = [self._groups_of[_key(pattern)] for pattern in patterns]
        pieces = self._lines_again(patterns, logs, kinds)
        return [
            tuple(all_of(mine, shown(group.template, self._words[group.main.shape.text])).told())
            for mine, group in zip(pieces, groups, strict=True)
        ]

    def numbers(self) -> Kinds:
        """The number of the template of each kind of line."""
        return np.array([self._number(self._template(kind)) for kind in self._reader.kinds], np.int64)

    def _groups(self) -> list[_Group]:
        ledger, kinds = self._reader.ledger, self._reader.kinds
        weight = ledger.lines + ledger.usual
        present = [number for number in range(len(kinds)) if weight[number]]
        self._words = {text: words_of(text) for text in dict.fromkeys(kind.shape.text for kind in kinds)}
        self._templates = templates_of(self._words.values())
        groups: dict[tuple[object, ...], _Group] = {}
        weights: defaultdict[object, int] = defaultdict(int)
        for number in present:
            kind = kinds[number]
            template, code = self._template(kind), kind.code.value if kind.code else None
            group = groups.setdefault((template, kind.level, code), _Group(template[0], kind.level, code, kind))
            group.kinds.append(number)
            weights[template] += int(weight[number])
        for template in sorted(weights, key=lambda each: -weights[each]):
            self._number(template)
        return list(groups.values())

    def _template(self, kind: Kind) -> tuple[Template, str]:
        return self._templates[kind.shape.text], _plain_frame(kind.frame)

    def _number(self, template: object) -> int:
        return self._numbers.setdefault(template, len(self._numbers) + 1)

    def _stretch(self) -> Stretch:
        """The time before and since the onset; with logs to compare with, how many lines each side has."""
        ledger, count = self._reader.ledger, len(self._reader.kinds)
        own = int(ledger.before.sum())
        before, since = own + int(ledger.usual.sum()), int(ledger.events.sum()) - own
        if self._onset is None or self._baseline or not count:
            return Stretch(before, since)
        first, last, onset = int(ledger.first[:count].min()), int(ledger.last[:count].max()), microseconds(self._onset)
        if first == int(ALWAYS) or not (before or self._looked):
            return Stretch(0, 1)
        earlier = max(onset - first, 1) / 1e6 if before else self._looked.total_seconds()
        return Stretch(earlier, max(last - onset, 1) / 1e6)

    def _pattern(self, at: int, group: _Group, totals: Totals, pods: dict[str, int], stretch: Stretch) -> LogPattern:
        group.main = main = self._reader.kinds[totals.main[at]]
        count, own = totals.count[at], totals.before[at]
        since = moment(totals.after_first[at])
        seen = Seen(own + totals.usual[at], count - own, self._delay(since, stretch), group.level)
        tier, weight = judged(seen, stretch)
        samples = self._samples([self._reader.kinds[number] for number in group.kinds[: 4 * _SAMPLES]])
        return LogPattern(
            number=self._number(self._template(main)),
            level=group.level,
            template=Untrusted(shown(group.template, self._words[main.shape.text])[:_LONGEST]),
            example=Untrusted(main.shape.text if main.frame or main.shape.trace else _said(samples[-1])),
            count=count,
            lines=totals.lines[at],
            first=moment(totals.first[at]),
            last=moment(totals.last[at]),
            pods=pods,
            trace=main.shape.trace,
            frame=Untrusted(main.frame or json_frame(main.shape.body)),
            code=group.code,
            meaning=_meaning(samples),
            before=seen.before,
            after=seen.since,
            tier=tier,
            weight=weight,
            since=since,
            peak=totals.peak[at],
            peak_at=moment(totals.peak_minute[at]),
            samples=tuple(Untrusted(sample.decode("utf-8", "replace")) for sample in samples[:_SAMPLES]),
        )

    def _samples(self, kinds: Sequence[Kind]) -> list[bytes]:
        """Those of a baseline only where there are no others."""
        found = [each for kind in kinds for each in kind.samples]
        mine = [each for each in found if each[0] not in self._baseline]
        return list(dict.fromkeys(sample for _, sample in mine or found))

    def _delay(self, since: datetime | None, stretch: Stretch) -> float:
        if since is None or self._onset is None or stretch.since <= 0:
            return 0.0
        return max(0.0, min(1.0, (since - self._onset) / timedelta(seconds=stretch.since)))

    def _pods(self, totals: Totals) -> list[dict[str, int]]:
        """Of each group."""
        pods = [defaultdict[str, int](int) for _ in totals.count]
        for number, found in totals.of_sources(self._reader.ledger):
            source = self._sources[number]
            if source is None:
                continue
            for group, count in found:
                pods[group][source.pod.path] += count
        return [dict(sorted(each.items(), key=lambda item: -item[1])) for each in pods]


def read_logs(
    logs: Sequence[tuple[Source, bytes]],
    *,
    today: datetime,
    onset: datetime | None = None,
    looked: timedelta = timedelta(),
    usual: Sequence[tuple[Source, bytes]] = (),
    valued: int = 0,
    sampled: int | None = None,
) -> Reading:
    """All at once, when they are small; the lines of a logged key are masked first. `usual` is the baseline. Of the
    first `valued` patterns, what their places hold in `logs` is told; of the template number `sampled`, lines of all of
    its time.
    """
    logs, usual = ([(source, mask_key_lines(body)) for source, body in part] for part in (logs, usual))
    into = BytesIO()
    analysis = LogAnalysis(today=today, onset=onset, looked=looked, into=into)
    for baseline, bodies in ((True, usual), (False, logs)):
        into.seek(0)
        into.truncate()
        for source, body in bodies:
            number = analysis.source(source, baseline=baseline)
            analysis.feed(number, body)
            analysis.close(number)
    reading = analysis.read()
    bodies, kinds = [body for _, body in logs], into.getvalue()
    if sampled is not None:
        reading = analysis.sampled(reading, bodies, kinds, sampled)
    return analysis.valued(reading, bodies, kinds, valued)


def _key(pattern: LogPattern) -> _Key:
    return pattern.number, pattern.level, pattern.code


def _order(pattern: LogPattern) -> tuple[object, ...]:
    """By tier; within a tier by how much it looks like the onset's own; the rest worst and most telling first, and last
    what was only before.
    """
    told = (
        not pattern.after,
        _RANK[pattern.level],
        pattern.meaning is None,
        -pattern.count,
        pattern.number,
    )
    return (pattern.blank, TIERS.index(pattern.tier), -pattern.weight, *told)


def _plain_frame(frame: str) -> str:
    return "".join(letter for letter in frame if not letter.isdigit())


def _said(sample: bytes) -> str:
    body = body_of(sample)
    return message_of(body)[1] if body.startswith("{") else body


def _meaning(samples: Sequence[bytes]) -> Meaning | None:
    if not Untrusted(b"\n".join(samples[:_MEANT]).decode("utf-8", "replace")).mentioned(HINTS):
        return None
    found = (recognise([Untrusted(body_of(line)) for line in sample.split(b"\n")]) for sample in samples[:_MEANT])
    return next((meaning for meaning in found if meaning), None)
