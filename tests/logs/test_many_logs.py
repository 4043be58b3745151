"""Many logs at once, traces and a baseline among them, count as counting by hand would."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from incident_mcp.logs.analysis import LogAnalysis, read_logs
from incident_mcp.logs.sources import Source
from incident_mcp.vocabulary.refs import Ref
from tests.logs.test_exactness import FORMS, NAMES, NOW, START, a_line, written

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
    assert found.lines == sum(len(rows(each)) for each in told) == sum(each.lines for each in found.patterns)
    assert found.size == sum(len(row) + 1 for each in told for row in rows(each))
    assert found.compared == len(usual)
    for form, name in enumerate((*NAMES, "panic")):
        mine, before = ([_offset(each, form) for each in of if _is(each, form)] for of in (told, usual))
        of = [each for each in found.patterns if each.template.contains(name)]
        assert sum(each.count for each in of) == sum(each.after for each in of) == len(mine)
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
