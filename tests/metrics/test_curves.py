"""What a curve says, and what it does not say."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from incident_mcp.metrics.prometheus import Series
from incident_mcp.metrics.signals import Asked, signal, traffic
from incident_mcp.metrics.span import span
from incident_mcp.vocabulary.refs import Ref
from tests.metrics.servers import Curve

CHECKOUT = Ref(kind="Deployment", namespace="shop", name="checkout")
NOW = datetime(2026, 11, 24, 2, 14, tzinfo=UTC)
ONSET = NOW - timedelta(minutes=5)
STEP = 15


def points(value: Curve, *, until: float = 300) -> list[tuple[float, float]]:
    """A curve from 75 minutes before the onset on; `value` by seconds since the onset."""
    at = range(-75 * 60, int(until) + 1, STEP)
    return [(ONSET.timestamp() + each, value(each)) for each in at]


def asked(curve: list[tuple[float, float]]) -> Asked:
    return Asked("the query", [Series({}, curve)], 60)


def test_a_rate_that_rose_is_told_with_what_was_usual_and_since_when() -> None:
    (seen,) = signal(
        "error rate", "share", CHECKOUT, asked(points(lambda t: 0.34 if t > -60 else 0.01)), span(NOW, ONSET)
    )
    assert (seen.now, seen.before, seen.moving) == (0.34, 0.01, "steady")
    assert seen.since == ONSET - timedelta(seconds=60)


@pytest.mark.parametrize(("by", "moving"), [(0.001, "worse"), (-0.001, "better"), (0.0, "steady")])
def test_where_it_goes_is_judged_by_the_last_minutes(by: float, moving: str) -> None:
    curve = points(lambda t: 0.4 + by * t if t > -300 else 0.0)
    (seen,) = signal("error rate", "share", CHECKOUT, asked(curve), span(NOW, ONSET))
    assert seen.moving == moving


@pytest.mark.parametrize(("ago", "moving"), [(100, "unknown"), (240, "steady"), (290, "steady")])
def test_that_it_began_is_no_direction(ago: float, moving: str) -> None:
    curve = points(lambda t: 1.0 if t > 300 - ago else 0.0)
    (seen,) = signal("error rate", "share", CHECKOUT, asked(curve), span(NOW, ONSET))
    assert seen.moving == moving


def test_a_spike_that_is_over_left_nothing() -> None:
    curve = points(lambda t: 0.5 if 0 < t < 60 else 0.01)
    (seen,) = signal("error rate", "share", CHECKOUT, asked(curve), span(NOW, ONSET))
    assert seen.since is None


def test_a_curve_that_ended_has_no_figure_of_now() -> None:
    (seen,) = signal("error rate", "share", CHECKOUT, asked(points(lambda _: 0.01, until=0)), span(NOW, ONSET))
    assert (seen.now, seen.before, seen.at) == (None, 0.01, None)


def test_a_curve_that_has_just_begun_has_no_figure_of_before() -> None:
    curve = [point for point in points(lambda _: 0.2) if point[0] > ONSET.timestamp()]
    (seen,) = signal("error rate", "share", CHECKOUT, asked(curve), span(NOW, ONSET))
    assert (seen.now, seen.before, seen.since) == (0.2, None, None)


def test_no_points_make_no_signal_and_no_traffic() -> None:
    assert signal("error rate", "share", CHECKOUT, asked([]), span(NOW, ONSET)) == []
    assert traffic(CHECKOUT, asked([]), span(NOW, ONSET)) is None


def test_a_surge_before_the_onset_is_told_with_its_beginning() -> None:
    seen = traffic(CHECKOUT, asked(points(lambda t: 31 if t > -120 else 10)), span(NOW, ONSET))
    assert seen is not None
    assert (seen.factor, seen.since) == (3.1, ONSET - timedelta(seconds=120))


def test_traffic_that_fell_with_the_fault_is_no_change() -> None:
    assert traffic(CHECKOUT, asked(points(lambda t: 0.5 if t > 0 else 10)), span(NOW, ONSET)) is None


def test_where_nothing_fails_traffic_that_went_away_is_told() -> None:
    seen = traffic(CHECKOUT, asked(points(lambda t: 1 if t > 0 else 10)), span(NOW, None))
    assert seen is not None
    assert (seen.factor, seen.since) == (0.1, ONSET)


@pytest.mark.parametrize("levels", [(10, 19), (0.01, 0.09), (0, 10), (10, 0)])
def test_what_is_no_clear_multiple_is_not_told(levels: tuple[float, float]) -> None:
    before, after = levels
    assert traffic(CHECKOUT, asked(points(lambda t: after if t > 0 else before)), span(NOW, None)) is None


def test_an_onset_of_yesterday_is_not_reached_back_to() -> None:
    assert span(NOW, NOW - timedelta(hours=30)).onset is None
    long = span(NOW, NOW - timedelta(hours=20))
    assert (long.end - long.start).total_seconds() / long.step(15) <= 301
    assert long.window(15) >= long.step(15)


def test_every_figure_that_is_told_is_finite() -> None:
    (seen,) = signal("latency p99", "seconds", CHECKOUT, asked(points(lambda t: 0.2)), span(NOW, ONSET))
    assert all(math.isfinite(each) for each in (seen.now, seen.before) if each is not None)
