"""The last line that a program calls an error itself, in whichever format it writes."""

import pytest

from incident_mcp.logs.last_words import last_words
from incident_mcp.text.fencing import quote
from incident_mcp.vocabulary.untrusted import Untrusted

AFTER = "INFO 0 failed, failover done"


@pytest.mark.parametrize(
    "line",
    [
        "ERROR cannot parse rule 7",
        "2026-11-24 02:11:40 [FATAL] cannot parse rule 7",
        'time=02:11 level=error msg="cannot parse rule 7"',
        '{"level":"error","msg":"cannot parse rule 7"}',
        "E1124 02:11:40.000000       1 main.go:7] cannot parse rule 7",
        "panic: cannot parse rule 7",
    ],
)
def test_an_error_is_preferred_to_what_came_after_it(line: str) -> None:
    told = [Untrusted(each) for each in ("INFO starting", line, AFTER)]
    assert quote(last_words(told)) == quote(Untrusted(line))


def test_without_an_error_it_is_the_last_line() -> None:
    assert quote(last_words([Untrusted("INFO starting"), Untrusted(AFTER)])) == f"«{AFTER}»"
    assert not last_words([])
