"""One line of a hundred thousand may be anything; the others are counted as if it were not there."""

from datetime import UTC, datetime

import pytest

from incident_mcp.logs.analysis import LogAnalysis, read_logs
from incident_mcp.logs.hosts import AccessLog, is_access_log
from incident_mcp.logs.sources import Source
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.refs import Ref

NOW = datetime(2026, 11, 25, 11, tzinfo=UTC)
SOURCE = Source(Ref(kind="Pod", namespace="shop", name="checkout-1"), "app", False)


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"a":' * 3000,
        b'{"status":200,"a":' + b"[" * 3000,
        b"9999-12-31T23:59:59-10:00 c",
        b"0001-01-01T00:00:00+14:00 c",
        b'1.1.1.1 - - [01/Jan/0001:00:00:00 +0100] "GET / HTTP/1.1" 200 1 "-" "c"',
        b'{"time":"0001-01-01T00:00:00+05:00","status":200}',
        b'{"time":-99999999999999999,"status":200}',
    ],
    ids=[
        "brackets",
        "objects",
        "both",
        "too late",
        "too early",
        "too early a request",
        "too early in JSON",
        "too early a number",
    ],
)
def test_no_single_line_ends_the_reading_of_a_log(line: bytes) -> None:
    body = b"\n".join([line, b"2026-11-25T10:00:00Z ERROR x", line, line, b""])
    found = read_logs([(SOURCE, body)], today=NOW, valued=10)
    assert [(quote(each.template), each.count) for each in found.patterns if each.level == "error"] == [("«x»", 1)]
    assert sum(each.lines for each in found.patterns) == found.lines == 4
    assert found.first == found.last == datetime(2026, 11, 25, 10, tzinfo=UTC)
    assert not is_access_log(body)
    AccessLog(NOW).add(body, replica="checkout-1")


def test_lines_that_are_too_many_to_tell_apart_are_not_shown_under_the_words_of_one() -> None:
    analysis = LogAnalysis(today=NOW, most_kinds=100)
    number = analysis.source()
    letters = "ghijklmnop"
    words = [f"{a}{b}{c}" for a in letters for b in letters for c in letters]
    analysis.feed(number, "".join(f"{word} {word[::-1]} came to naught\n" for word in words).encode())
    found = analysis.read()
    widest = max(found.patterns, key=lambda each: each.count)
    assert (quote(widest.template), widest.count) == ("«<*> <*> came to naught»", 900)
