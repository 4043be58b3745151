"""Alerts as an assessment takes them: what about, since when, silenced or not; many alike are one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from incident_mcp.metrics.alertmanager import Alertmanager
from incident_mcp.metrics.labels import names_of, namespace_of, targets_of
from incident_mcp.metrics.prometheus import Prometheus
from incident_mcp.text.fencing import scrub
from incident_mcp.vocabulary.metrics_seen import AlertSeen, AlertState
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.untrusted import Untrusted

MOST = 500
"""Different alerts that are kept, the newest first."""
_IDENTIFIER = re.compile(r"[A-Za-z0-9_:.-]{1,100}")
_WATCHDOGS = ("Watchdog", "DeadMansSwitch", "InfoInhibitor")
"""Alerts of the Prometheus operator's rules that fire while all is well."""
_SUMMARIES = ("summary", "description", "message")


async def alerts_of(alertmanager: Alertmanager | None, prometheus: Prometheus | None) -> tuple[AlertSeen, ...]:
    """Of Alertmanager, which knows the silences too; else of Prometheus' own rules. Raises as the clients do."""
    if alertmanager is not None:
        return _merged(
            _alert(each.labels, each.annotations, each.startsAt, each.status.state_of())
            for each in await alertmanager.alerts()
        )
    firing = [each for each in await prometheus.alerts() if each.state == "firing"] if prometheus else []
    return _merged(
        _alert(each.labels, each.annotations, each.activeAt, "firing") for each in firing if each.activeAt is not None
    )


def _alert(labels: Mapping[str, str], notes: Mapping[str, str], since: datetime, state: AlertState) -> AlertSeen:
    name, severity = labels.get("alertname", ""), labels.get("severity", "")
    summary = next((notes[key] for key in _SUMMARIES if notes.get(key)), "")
    return AlertSeen(
        name=name if _IDENTIFIER.fullmatch(name) else scrub(Untrusted(name)),
        severity=severity if _IDENTIFIER.fullmatch(severity) else "",
        state=state,
        since=since,
        namespace=namespace_of(labels),
        targets=targets_of(labels),
        names=names_of(labels),
        summary=scrub(Untrusted(summary)),
        runbook_url=scrub(Untrusted(notes.get("runbook_url") or notes.get("runbook") or "")),
    )


def _merged(alerts: Iterable[AlertSeen]) -> tuple[AlertSeen, ...]:
    """Those that say the same of different pods become one, since the first."""
    alike: dict[tuple[object, ...], list[AlertSeen]] = {}
    for alert in alerts:
        if alert.name not in _WATCHDOGS:
            alike.setdefault(_sameness(alert), []).append(alert)
    merged = [
        group[0].model_copy(
            update={
                "since": min(each.since for each in group),
                "count": len(group),
                "targets": tuple(dict.fromkeys(_every_target(group))),
            }
        )
        for group in alike.values()
    ]
    return tuple(sorted(merged, key=lambda each: each.since, reverse=True)[:MOST])


def _sameness(alert: AlertSeen) -> tuple[object, ...]:
    but_pods = tuple(target for target in alert.targets if target.kind != "Pod")
    return alert.name, alert.severity, alert.state, alert.namespace, but_pods, alert.names


def _every_target(group: list[AlertSeen]) -> Iterator[Ref]:
    for alert in group:
        yield from alert.targets
