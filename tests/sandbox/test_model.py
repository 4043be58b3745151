"""Times, selectors and quantities."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_sandbox.clock import ManualClock, reading
from incident_sandbox.controllers.hashing import template_hash
from incident_sandbox.model.errors import ApiError
from incident_sandbox.model.label_selector import format_selector, matches, parse_selector, selector_of
from incident_sandbox.model.quantities import quantity, scaled
from incident_sandbox.model.timestamps import human_duration, parse, parse_span, rfc3339, rfc3339_nano


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0.9, "0s"),
        (119, "119s"),
        (120, "2m"),
        (150, "2m30s"),
        (600, "10m"),
        (10_799, "179m"),
        (10_800, "3h"),
        (27_900, "7h45m"),
        (147_600, "41h"),
        (172_800, "2d"),
        (259_200 + 7200, "3d2h"),
        (8 * 86400, "8d"),
        (2 * 365 * 86400, "2y"),
        (3 * 365 * 86400 + 5 * 86400, "3y5d"),
        (9 * 365 * 86400 + 5 * 86400, "9y"),
    ],
)
def test_ages_are_written_as_kubectl_does(seconds: float, text: str) -> None:
    assert human_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "seconds"), [("41h", 147_600), ("2m30s", 150), ("1.5s", 1.5), ("180ms", 0.18), ("1d2h", 93_600)]
)
def test_spans_of_scenarios(text: str, seconds: float) -> None:
    assert parse_span(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "5", "s", "5 minutes", "x5s"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        parse_span(text)


@given(st.timedeltas(timedelta(0), timedelta(days=36_500)))
def test_a_log_lines_time_is_read_back(age: timedelta) -> None:
    moment = datetime(2000, 1, 1, tzinfo=UTC) + age
    assert parse(rfc3339_nano(moment)) == moment
    assert parse(rfc3339(moment)) == moment.replace(microsecond=0)


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        parse("2026-11-24T02:14:03")


def test_selectors_of_a_spec_and_of_a_query_agree() -> None:
    spec = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [{"key": "tier", "operator": "In", "values": ["b", "a"]}],
    }
    assert format_selector(spec) == "app=web,tier in (a,b)"
    labels = {"app": "web", "tier": "b"}
    assert matches(selector_of(spec), labels)
    assert matches(parse_selector(format_selector(spec)), labels)
    assert not matches(selector_of(spec), {"app": "web"})


@pytest.mark.parametrize("text", ["((", "a in (b", "=x", "a,,b"])
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(ApiError):
        parse_selector(text)


def test_quantities_and_percentages() -> None:
    assert (quantity("250m"), quantity("128Mi"), quantity("2k"), quantity("118123456n")) == (
        0.25,
        2**27,
        2000,
        0.118123456,
    )
    assert (scaled("25%", 3, up=True), scaled("25%", 3, up=False), scaled(2, 3, up=True)) == (1, 0, 2)
    with pytest.raises(ValueError, match="not a quantity"):
        quantity("12 apples")


@given(st.dictionaries(st.text(), st.integers()))
def test_a_template_hash_is_stable_and_safe(template: dict[str, int]) -> None:
    found = template_hash(template)
    assert found == template_hash(dict(reversed(template.items())))
    assert set(found) <= set("bcdfghjklmnpqrstvwxz2456789")


def test_any_kind_of_clock_will_do() -> None:
    clock = ManualClock()
    assert reading(clock)() == clock.now()
    assert reading(lambda: clock.now() + timedelta(1))() > clock.now()
    assert reading(None)().tzinfo is not None
