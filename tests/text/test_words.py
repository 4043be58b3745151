"""Numbers and times in the words that people use."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from incident_mcp.text.words import clock, count, duration, hours_and_minutes, listed, minute, shown, spelled


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.02, "0.1 s"), (0.2, "0.2 s"), (9, "9 s"), (120, "120 s"), (151, "2 min 31 s"), (180, "3 min"),
     (3599.7, "1 h"), (3840, "1 h 4 min"), (36000, "10 h"), (147600, "41 h"), (260000, "3 d"), (-9, "9 s")],
)  # fmt: skip
def test_a_duration_is_as_exact_as_matters(seconds: float, words: str):
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(28, "28 seconds"), (1, "1 second"), (60, "1 minute"), (151, "2 minutes 31 seconds"), (3840, "1 hour 4 minutes"),
     (7200, "2 hours")],
)  # fmt: skip
def test_a_duration_is_spelled_out_for_a_reader(seconds: float, words: str):
    assert spelled(timedelta(seconds=seconds)) == words


def test_the_template_counts_hours_and_minutes():
    assert hours_and_minutes(timedelta(minutes=3, seconds=57)) == "0 hours 4 minutes"
    assert hours_and_minutes(timedelta(hours=1, minutes=1)) == "1 hour 1 minute"


def test_a_time_of_day_carries_its_date_only_on_another_day():
    at = datetime(2026, 11, 24, 2, 11, 40, tzinfo=UTC)

    assert clock(at) == "02:11:40"
    assert clock(at, at) == "02:11:40"
    assert clock(at, at + timedelta(days=1)) == "2026-11-24 02:11:40"
    assert clock(at.astimezone(timezone(timedelta(hours=5)))) == "02:11:40"
    assert minute(at) == "02:11 UTC"


def test_counts_and_lists_read_like_language():
    assert count(1, "pod") == "1 pod"
    assert count(3, "pod") == "3 pods"
    assert count(2, "ingress") == "2 ingresses"
    assert count(0, "entry") == "0 entries"
    assert count(2, "man", "men") == "2 men"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c", "d"], most=2) == "a, b and 2 more"
    assert listed([]) == ""
    assert shown(20, 143) == "20 of 143 shown"
    assert shown(3, 3) == ""
