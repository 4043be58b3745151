"""What the monitoring said, as an answer shows it: figures with the query they come from, alerts with their runbook."""

from collections.abc import Sequence
from datetime import datetime

from incident_mcp.text.amounts import share_words
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.metrics_seen import AlertSeen, MetricsSeen, SignalSeen, TrafficSeen
from incident_mcp.vocabulary.value import Value

ALERTS = 5
_STATES = {"firing": "", "silenced": ", silenced", "inhibited": ", inhibited by a graver one"}


class MetricLine(Value):
    """One figure; the query is there where the figure is unusual, or was asked for in depth."""

    what: str
    query: str = ""


def alert_words(alert: AlertSeen, at: datetime) -> str:
    """`alert HighErrorRate (critical) on Service shop/checkout since 02:10:00 UTC: «34 % fail»; runbook «https://…»`."""
    of = f" on {alert.targets[0]}" if alert.targets else (f" in {alert.namespace}" if alert.namespace else "")
    more = f" and {len(alert.targets) - 1} more" if len(alert.targets) > 1 else ""
    graded = f" ({alert.severity})" if alert.severity else ""
    said = f": {plain(alert.summary, 160)}" if alert.summary else ""
    runbook = f"; runbook {plain(alert.runbook_url, 200)}" if alert.runbook_url else ""
    since = f" since {clock(alert.since, at)} UTC{_STATES[alert.state]}"
    return f"alert {plain(alert.name)}{graded}{of}{more}{since}{said}{runbook}"


def other_alerts(alerts: Sequence[AlertSeen], told: Sequence[AlertSeen], at: datetime) -> tuple[str, ...]:
    """Those that fire about something else, the newest first, and how many are held back."""
    others = [alert for alert in alerts if alert not in told]
    firing = [alert for alert in others if alert.state == "firing"]
    lines = [alert_words(alert, at) for alert in firing[:ALERTS]]
    if len(firing) > ALERTS:
        lines.append(f"{len(firing) - ALERTS} more fire")
    if quiet := len(others) - len(firing):
        lines.append(f"{count(quiet, 'alert')} silenced or inhibited")
    return tuple(lines)


def metric_lines(metrics: MetricsSeen, at: datetime, *, depth: bool = False) -> tuple[MetricLine, ...]:
    """Traffic that left what is usual, then the signals; without `depth`, the usual ones without their query."""
    moved = [MetricLine(what=traffic_words(each, at), query=each.query) for each in metrics.traffic]
    signals = [
        MetricLine(what=signal_words(each, at), query=each.query if depth or _telling(each) else "")
        for each in metrics.signals
    ]
    return (*moved, *signals)


def traffic_words(traffic: TrafficSeen, at: datetime) -> str:
    """`traffic 3.1x the hour before (31/s, was 10/s), since 14:02:10 UTC`."""
    figures = f"{_rate(traffic.now)}, was {_rate(traffic.before)}"
    return f"traffic {traffic.factor:.2g}x the hour before ({figures}), since {clock(traffic.since, at)} UTC"


def signal_words(signal: SignalSeen, at: datetime) -> str:
    """`error rate 14 % (0 % the hour before), since 14:02:10 UTC, rising`."""
    now = _figure(signal, signal.now) if signal.now is not None else "no data now"
    before = f" ({_figure(signal, signal.before)} the hour before)" if signal.before is not None else ""
    since = f", since {clock(signal.since, at)} UTC" if signal.since else ""
    moving = {"better": ", falling", "worse": ", rising"}.get(signal.moving, "") if signal.since else ""
    return f"{signal.what} {now}{before}{since}{moving}"


def _telling(signal: SignalSeen) -> bool:
    return signal.what == "error rate" or signal.since is not None


def _figure(signal: SignalSeen, value: float) -> str:
    if signal.unit == "share":
        return share_words(value)
    return f"{value * 1000:.3g} ms" if value < 1 else f"{value:.3g} s"


def _rate(value: float) -> str:
    return f"{value:.3g}/s"
