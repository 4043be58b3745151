"""What alerts and figures add to an assessment, and what they must not: over observations made by hand."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.assess.trend import EarlierLook
from incident_mcp.vocabulary.metrics_seen import AlertSeen, MetricsSeen, SignalSeen, TrafficSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.metric_lines import alert_words, other_alerts, signal_words
from tests.investigate.observations import NOW, at, bad_rollout, deployment, ref, service_ref

CHECKOUT = deployment("checkout")
FIRST_CRASH = at("02:11:40")


def alert(name: str = "Down", *targets: Ref, since: datetime = FIRST_CRASH, **fields: Any) -> AlertSeen:
    usual: dict[str, Any] = {"severity": "critical", "namespace": "shop"}
    return AlertSeen(name=name, since=since, targets=targets, **{**usual, **fields})


def error_rate(now: float | None, **fields: Any) -> SignalSeen:
    usual: dict[str, Any] = {"before": 0.0, "at": NOW, "query": "q", "target": CHECKOUT}
    return SignalSeen(what="error rate", unit="share", now=now, **{**usual, **fields})


def monitored(**metrics: Any) -> Observation:
    return bad_rollout().model_copy(update={"metrics": MetricsSeen(**metrics)})


@pytest.mark.parametrize(
    "about",
    [
        alert("ByWorkload", CHECKOUT),
        alert("ByPod", ref("Pod", "checkout-7c9f8d64c-x2k4p")),
        alert("ByService", service_ref("checkout")),
        alert("ByIngress", ref("Ingress", "shop")),
        alert("ByJobLabel", names=("checkout",)),
    ],
)
def test_an_alert_about_what_fails_or_what_it_breaks_stands_with_its_root(about: AlertSeen) -> None:
    assert assess(monitored(alerts=(about,))).rows[0].alerts == (about,)


@pytest.mark.parametrize(
    "other",
    [
        alert("Neighbour", deployment("cart")),
        alert("LongerName", deployment("checkout-api")),
        alert("PodOfLongerName", ref("Pod", "checkout-api-7c9f8d64c-x2k4p")),
        alert("OtherNamespace", deployment("checkout", "staging"), namespace="staging"),
        alert("OtherNamespaceByName", namespace="staging", names=("checkout",)),
        alert("OnlyTheNamespace"),
        alert("Node", ref("Node", "node-9", None), namespace=None),
    ],
)
def test_an_alert_about_a_neighbour_does_not(other: AlertSeen) -> None:
    found = assess(monitored(alerts=(other,)))
    assert found.rows[0].alerts == ()
    assert found.metrics.alerts == (other,)
    assert found.onset
    assert found.onset.at == FIRST_CRASH


@pytest.mark.parametrize(
    ("fields", "minutes", "dated"),
    [
        ({}, 5, True),
        ({"state": "inhibited"}, 5, True),
        ({"state": "silenced"}, 5, False),
        ({"severity": "info"}, 5, False),
        ({}, 31, False),
        ({}, 60 * 72, False),
    ],
)
def test_only_an_alert_that_is_near_and_meant_dates_the_onset(
    fields: dict[str, Any], minutes: int, dated: bool
) -> None:
    early = alert("Early", CHECKOUT, since=FIRST_CRASH - timedelta(minutes=minutes), **fields)
    onset = assess(monitored(alerts=(early,))).onset
    assert onset
    assert (onset.what == "alert Early", onset.exact) == (dated, not dated)


def test_an_error_rate_that_rose_before_the_first_crash_is_the_onset_at_the_latest() -> None:
    onset = assess(monitored(signals=(error_rate(0.3, since=at("02:08:00")),))).onset
    assert onset
    assert (onset.at, onset.what, onset.exact) == (at("02:08:00"), "the error rate rose", False)


@pytest.mark.parametrize("moving", ["better", "steady", "worse"])
def test_the_trend_is_the_error_rates_where_there_is_one(moving: Any) -> None:
    trend = assess(monitored(signals=(error_rate(0.3, moving=moving),))).trend
    assert trend
    assert trend.direction == moving
    assert trend.why.startswith("error rate 30 %, ")


@pytest.mark.parametrize(
    "rate", [error_rate(None), error_rate(0.3), error_rate(0.3, moving="better", target=deployment("cart"))]
)
def test_without_a_figure_of_now_or_of_another_workload_the_counts_tell(rate: SignalSeen) -> None:
    assert str(assess(monitored(signals=(rate,))).trend) == "steady: 0 of 3 ready since 02:11:40"


def test_what_loses_pods_gets_worse_whatever_the_error_rate_does() -> None:
    before = EarlierLook(at=NOW - timedelta(minutes=1), ready=2, desired=3)
    seen = monitored(signals=(error_rate(0.1, moving="better"),))
    trend = assess(seen, earlier={str(CHECKOUT): [before]}).trend
    assert trend
    assert trend.direction == "worse"


def test_the_level_of_severity_is_not_moved_by_what_a_monitoring_says() -> None:
    without = assess(bad_rollout()).severity
    loud = assess(monitored(signals=(error_rate(1.0),), alerts=(alert("Everything", CHECKOUT),))).severity
    assert without
    assert loud
    assert loud.severity is without.severity
    assert loud.reasons == (without.reasons[0], "100 % of its requests fail", *without.reasons[1:])


def test_figures_are_told_as_people_say_them() -> None:
    assert signal_words(error_rate(0.0), NOW) == "error rate 0 % (0 % the hour before)"
    assert signal_words(error_rate(None, before=0.0004), NOW) == "error rate no data now (0.04 % the hour before)"
    assert signal_words(error_rate(0.014, since=at("02:08:00"), moving="worse"), NOW) == (
        "error rate 1.4 % (0 % the hour before), since 02:08:00 UTC, rising"
    )
    slow = SignalSeen(what="latency p99", unit="seconds", target=CHECKOUT, now=2.34, before=0.18, query="q")
    assert signal_words(slow, NOW) == "latency p99 2.34 s (180 ms the hour before)"
    assert TrafficSeen(target=CHECKOUT, since=NOW, now=31, before=10, query="q").factor == 3.1


def test_many_alerts_are_counted_not_listed() -> None:
    storm = [alert(f"Alert{number}", deployment(f"app-{number}")) for number in range(200)]
    quiet = [alert("Quiet", deployment("z"), state="silenced")]
    lines = other_alerts([*storm, *quiet], [storm[0]], NOW)
    assert len(lines) == 7
    assert lines[-2:] == ("194 more fire", "1 alert silenced or inhibited")


def test_an_alert_of_many_pods_names_one_and_counts_the_others() -> None:
    pods = [ref("Pod", f"checkout-7c9f8d64c-x2k4{letter}") for letter in "abc"]
    words = alert_words(alert("PodCrashLooping", *pods, count=3), NOW)
    assert words == (
        "alert PodCrashLooping (critical) on Pod shop/checkout-7c9f8d64c-x2k4a and 2 more since 02:11:40 UTC"
    )
