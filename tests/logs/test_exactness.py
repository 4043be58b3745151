"""Counts, first and last times are those that counting by hand would give, however a log is cut into pieces."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incident_mcp.logs.analysis import LogAnalysis, read_logs
from incident_mcp.logs.clocks import microseconds, moment
from incident_mcp.logs.collapse import Collapser
from incident_mcp.logs.patterns import Reading
from incident_mcp.logs.sources import Source
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.refs import Ref

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FORMS = (
    "{iso} INFO alpha {n}",
    "{iso} ERROR beta {n} of 7",
    "{space} WARN gamma took {n} ms",
    '{iso} {{"level":"error","msg":"delta","id":"{n}"}}',
    '10.0.0.{n} - - [{clf} +0000] "GET /epsilon HTTP/1.1" 200 {n} "-" "curl"',
)
NAMES = ("alpha", "beta", "gamma", "delta", "epsilon")

a_line = st.tuples(st.integers(0, len(FORMS) - 1), st.integers(0, 3_600_000_000), st.integers(0, 255))


def written(form: int, offset: int, number: int) -> str:
    at = START + timedelta(microseconds=offset)
    return FORMS[form].format(
        iso=at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        space=at.strftime("%Y-%m-%d %H:%M:%S,%f"),
        clf=at.strftime("%d/%b/%Y:%H:%M:%S"),
        n=number,
    )


def analysed(body: bytes, cuts: list[int], onset: datetime | None = None) -> Reading:
    analysis = LogAnalysis(today=NOW, onset=onset)
    source, start = analysis.source(), 0
    for cut in [*sorted(min(cut, len(body)) for cut in cuts), len(body)]:
        analysis.feed(source, body[start:cut])
        start = cut
    return analysis.read()


@settings(max_examples=60, deadline=None)
@given(st.lists(a_line, min_size=1, max_size=80), st.lists(st.integers(0, 8000), max_size=4))
def test_counts_first_and_last_equal_brute_force(lines: list[tuple[int, int, int]], cuts: list[int]) -> None:
    found = analysed("\n".join(written(*line) for line in lines).encode(), cuts, START + timedelta(minutes=30))
    assert found.lines == len(lines) == sum(pattern.lines for pattern in found.patterns)
    for form, name in enumerate(NAMES):
        mine = [offset - offset % 1_000_000 if form == 4 else offset for kind, offset, _ in lines if kind == form]
        pattern = next((each for each in found.patterns if each.template.contains(name)), None)
        if pattern is None:
            assert not mine
            continue
        assert (pattern.count, pattern.first, pattern.last) == (
            len(mine),
            START + timedelta(microseconds=min(mine)),
            START + timedelta(microseconds=max(mine)),
        )
        assert pattern.before == sum(1 for offset in mine if offset < 1_800_000_000)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=5))
def test_any_bytes_are_counted_line_by_line(body: bytes, cuts: list[int]) -> None:
    found = analysed(body, cuts)
    lines = body.count(b"\n") + (1 if body and not body.endswith(b"\n") else 0)
    assert found.lines == lines == sum(pattern.lines for pattern in found.patterns)


TRACE = (
    "panic: assignment to entry in nil map",
    "",
    "goroutine 1 [running]:",
    "main.main()",
    "\t/src/main.go:12 +0x1d",
)
a_log = st.lists(st.one_of(a_line, st.integers(0, 3_600_000_000)), max_size=30)
"""Lines, and times at which a trace stands."""


@settings(max_examples=40, deadline=None)
@given(st.lists(a_log, min_size=1, max_size=4), a_log)
def test_many_logs_and_a_baseline_count_as_brute_force_does(logs: list[list[Any]], usual: list[Any]) -> None:
    analysis = LogAnalysis(today=NOW)
    for baseline, log in [(True, usual), *((False, each) for each in logs)]:
        number = analysis.source(baseline=baseline)
        analysis.feed(number, "".join(f"{line}\n" for each in log for line in rows(each)).encode())
    found = analysis.read()
    told = [each for log in logs for each in log]
    assert found.lines == sum(len(rows(each)) for each in (*told, *usual)) == sum(each.lines for each in found.patterns)
    assert found.compared == len(usual)
    for form, name in enumerate((*NAMES, "panic")):
        mine, before = ([_offset(each, form) for each in of if _is(each, form)] for of in (told, usual))
        of = [each for each in found.patterns if each.template.contains(name)]
        assert sum(each.count for each in of) == len(mine) + len(before)
        assert sum(each.before for each in of) == len(before)
        assert min((each.first for each in of if each.first), default=None) == _moment(mine, min)
        assert max((each.last for each in of if each.last), default=None) == _moment(mine, max)


def rows(of: Any) -> list[str]:
    if not isinstance(of, int):
        return [written(*of)]
    at = (START + timedelta(microseconds=of)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [f"{at} {row}" for row in TRACE]


def _is(each: Any, form: int) -> bool:
    return form == len(FORMS) if isinstance(each, int) else each[0] == form


def _offset(each: Any, form: int) -> int:
    """Access logs have whole seconds."""
    at = each if isinstance(each, int) else each[1]
    return at - at % 1_000_000 if form == 4 else at


def _moment(offsets: list[int], which: Callable[[list[int]], int]) -> datetime | None:
    return START + timedelta(microseconds=which(offsets)) if offsets else None


@settings(max_examples=40, deadline=None)
@given(st.lists(st.binary(max_size=1500), max_size=4))
def test_any_bytes_can_be_looked_at_again_line_by_line(logs: list[bytes]) -> None:
    source = Source(Ref(kind="Pod", namespace="shop", name="web-0"), "app")
    found = read_logs([(source, log) for log in logs], today=NOW, valued=1000)
    assert all(each.count <= each.of <= pattern.lines for pattern in found.patterns for each in pattern.values)


_WORD = re.compile(rb"(?=[A-Za-z\x80-\xff]*\d)[A-Za-z0-9\x80-\xff]+")
_JOINED = re.compile(rb"\x01(?:[-./:]\x01)+")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.text(alphabet="ab1 -./:=Zé_9\t", max_size=90), min_size=1, max_size=20),
    st.integers(0, 90),
)
def test_collapsing_by_bits_is_the_same_as_by_regular_expression(lines: list[str], shift: int) -> None:
    body = "".join(f"{line}\n" for line in ["x" * shift, *lines]).encode()
    seen = Collapser()(body + b" " * (-len(body) % 64 or 64))
    wanted = [_JOINED.sub(b"\x01", _WORD.sub(b"\x01", line)) for line in body.split(b"\n")[:-1]]
    assert seen.keys == wanted
    for at, key in enumerate(wanted):
        assert seen.first[at + 1] - seen.first[at] - 1 == key.count(b"\x01")


def test_a_log_in_pieces_of_one_byte_is_the_same_log() -> None:
    body = b"\n".join(
        [b"Traceback (most recent call last):", b'  File "a.py", line 1, in a', b"KeyError: 'x'", b"INFO y", b""] * 3
    )
    whole, pieces = analysed(body, []), analysed(body, list(range(len(body))))
    assert [(quote(each.template), each.count) for each in whole.patterns] == [
        (quote(each.template), each.count) for each in pieces.patterns
    ]


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive_the_way_to_numbers_and_back(time: datetime) -> None:
    assert moment(microseconds(time)) == time


def test_lines_longer_than_a_block_and_lines_without_end_are_still_one_line_each() -> None:
    found = analysed(b"a 1\n" + b"x" * 3_000_000 + b"\nb 2\n" + b"y" * 9_000_000, [1_000_000, 5_000_000])
    assert found.lines == 4 == sum(pattern.count for pattern in found.patterns)
