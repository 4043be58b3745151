"""A time that somebody says in the chat is the last such time that has passed, in UTC."""

from datetime import UTC, datetime

import pytest

from incident_mcp.text.moments import moment_said
from incident_mcp.vocabulary.errors import BadRequest

NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("02:10", datetime(2026, 11, 24, 2, 10, tzinfo=UTC)),
        ("02:10:30", datetime(2026, 11, 24, 2, 10, 30, tzinfo=UTC)),
        ("23:50", datetime(2026, 11, 23, 23, 50, tzinfo=UTC)),
        ("2026-11-24T02:10:00Z", datetime(2026, 11, 24, 2, 10, tzinfo=UTC)),
        ("2026-11-24T03:10:00+01:00", datetime(2026, 11, 24, 2, 10, tzinfo=UTC)),
        ("2026-11-24 02:10", datetime(2026, 11, 24, 2, 10, tzinfo=UTC)),
    ],
)
def test_the_moment_that_was_meant(said: str, meant: datetime) -> None:
    assert moment_said(said, NOW) == meant


@pytest.mark.parametrize("said", ["soon", "25:00", "", "2026-11-25T02:10:00Z", "2"])
def test_no_time_and_no_time_to_come(said: str) -> None:
    with pytest.raises(BadRequest):
        moment_said(said, NOW)
