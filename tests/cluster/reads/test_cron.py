"""When a schedule was due last."""

from datetime import UTC, datetime

import pytest

from incident_mcp.cluster.cron import last_due

NOW = datetime(2026, 11, 24, 2, 14, 3, tzinfo=UTC)  # a Tuesday


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("* * * * *", "2026-11-24T02:14"),
        ("*/5 * * * *", "2026-11-24T02:10"),
        ("0 * * * *", "2026-11-24T02:00"),
        ("30 3 * * *", "2026-11-23T03:30"),
        ("@daily", "2026-11-24T00:00"),
        ("0 9 * * 1-5", "2026-11-23T09:00"),
        ("0 9 * * fri", "2026-11-20T09:00"),
        ("0 0 1 * *", "2026-11-01T00:00"),
        ("15 10 13 * 5", "2026-11-20T10:15"),
        ("0 0 29 2 *", None),
        ("0 0 * * 7", "2026-11-22T00:00"),
        ("0 22-23/1,1 * * *", "2026-11-24T01:00"),
        ("@yearly", "2026-01-01T00:00"),
    ],
)
def test_when_it_was_due(schedule: str, due: str | None) -> None:
    found = last_due(schedule, "", NOW)
    assert (found and f"{found:%Y-%m-%dT%H:%M}") == due


def test_a_time_zone_shifts_it() -> None:
    found = last_due("0 3 * * *", "Europe/Berlin", NOW)
    assert found is not None
    assert found.astimezone(UTC) == datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule", ["", "every day", "61 * * * *", "* * * *", "*/0 * * * *", "5-1 * * * *", "@reboot"]
)
def test_what_is_no_schedule_is_never_due(schedule: str) -> None:
    assert last_due(schedule, "", NOW) is None


def test_an_unknown_time_zone_is_not_guessed() -> None:
    assert last_due("* * * * *", "Mars/Olympus", NOW) is None
