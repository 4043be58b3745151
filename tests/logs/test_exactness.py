"""Counts, first and last times are those that counting by hand would give, however a log is cut into pieces."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from incident_mcp.logs.analysis import LogAnalysis
from incident_mcp.logs.cleaning import cleaned
from incident_mcp.logs.clocks import microseconds, moment
from incident_mcp.logs.collapse import AHEAD, Collapsed, Collapser
from incident_mcp.logs.fingerprints import Fingerprints
from incident_mcp.logs.known import UNKNOWN, Known
from incident_mcp.logs.patterns import Reading
from incident_mcp.text.fencing import quote

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


def collapsed(body: bytes, behind: str) -> Collapsed:
    return Collapser()(np.frombuffer(body + behind.encode() + b"x" * AHEAD, np.uint8), len(body))


_WORD = re.compile(rb"(?=[A-Za-z\x80-\xff]*\d)[A-Za-z0-9\x80-\xff]+")
_PART = re.compile(rb"\x01(?:-[a-f]{4}-\x01)+")
_JOINED = re.compile(rb"\x01(?:[-./:]\x01)+")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["a", "b1", " ", "-", "-bafe-", "-dead-1", ".", "/", ":", "=", "Z", "é", "_", "9", "\t"])
        ).map("".join),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, 90),
    st.text(alphabet="a1 -\n"),
)
def test_collapsing_by_bits_is_the_same_as_by_regular_expression(lines: list[str], shift: int, behind: str) -> None:
    body = "".join(f"{line}\n" for line in ["x" * shift, *lines]).encode()
    seen = collapsed(body, behind)
    wanted = [_PART.sub(b"\x01", _JOINED.sub(b"\x01", _WORD.sub(b"\x01", line))) for line in body.split(b"\n")[:-1]]
    assert seen.keys(np.arange(len(seen))) == wanted
    for at, key in enumerate(wanted):
        marks = seen.marks(at)
        assert len(marks) == key.count(b"\x01")
        assert marks == [
            int(seen.places(np.array([at]), np.array([n]))[0] - seen.starts[at]) for n in range(len(marks))
        ]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet="ab1 -:", max_size=20), min_size=1, max_size=40), st.text(alphabet="a1 \n"))
def test_lines_have_equal_fingerprints_exactly_if_they_have_equal_keys(lines: list[str], behind: str) -> None:
    seen = collapsed("".join(f"{line}\n" for line in lines).encode(), behind)
    prints = Fingerprints()(seen).tolist()
    keys = seen.keys(np.arange(len(seen)))
    assert len(set(prints)) == len(set(keys)) == len(set(zip(prints, keys, strict=True)))


@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=300), st.lists(st.integers(0, 2**64 - 1)))
def test_a_table_of_fingerprints_finds_what_was_put_there_and_nothing_else(kept: list[int], others: list[int]) -> None:
    known = Known()
    for start in range(0, len(kept), 70):
        part = kept[start : start + 70]
        known.add(np.array(part, np.uint64), np.arange(start, start + len(part)))
    asked = [*kept, *others, 0, 1, 2**64 - 1]
    wanted = [kept.index(each) if each in kept else UNKNOWN for each in asked]
    assert known(np.array(asked, np.uint64)).tolist() == wanted


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([b"\x1b", b"[", b"3", b"m", b"\r", b"\n", b"\x00", b"\x01", b"a"])).map(b"".join))
def test_cleaning_twice_is_cleaning_once(body: bytes) -> None:
    once = cleaned(body)
    assert cleaned(once) == once
    assert once.count(b"\n") == body.count(b"\n")


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
