"""A look at the cluster with the monitoring asked beside it: one observation, about one moment.

Alerts and the detection of metrics run while the cluster is swept; then, knowing what fails and since when, the curves
of that workload. Together they never lengthen an answer by more than `LENGTHEN`: what is not there by then is *not
checked*, and the answer goes out.
"""

from datetime import datetime
from functools import partial
from typing import Literal

import anyio

from incident_mcp.assess.alerts import subject_of
from incident_mcp.assess.onset import onset
from incident_mcp.cluster.look import together
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.metrics.inquiry import PROMETHEUS
from incident_mcp.metrics.look import ALERTMANAGER, MonitoringLook
from incident_mcp.vocabulary.metrics_seen import MetricsSeen
from incident_mcp.vocabulary.observation import NotChecked, Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from incident_mcp.workflow.desk import Desk

LENGTHEN = 2.0
"""Seconds."""
UNWATCHED = NotChecked(what="alerts, error rates and traffic", why="no Prometheus in the settings")
_MEASURED = ("Deployment", "StatefulSet", "DaemonSet", "Job", "Pod")

Wanted = Literal["signals", "traffic"]


async def look_and_measure(
    desk: Desk,
    scope: Scope,
    *,
    deadline_seconds: float,
    logs: bool = True,
    siblings: bool = False,
    wanted: Wanted = "signals",
) -> Observation:
    """As `observe`, its errors included, with what the monitoring knows; what is asked of it is `wanted`."""
    look = partial(
        observe,
        desk.api,
        scope,
        clock=desk.clock,
        deadline_seconds=deadline_seconds,
        logs=logs,
        siblings=siblings,
        certificates=desk.certificates,
    )
    if not desk.monitoring:
        return _with(await look(), MetricsSeen(), (), (UNWATCHED,))
    asked, limit, swept = desk.monitoring.look(desk.clock()), anyio.CancelScope(), anyio.Event()
    found: list[Observation] = []

    async def sweep() -> None:
        found.append(await look())
        limit.deadline = anyio.current_time() + LENGTHEN
        swept.set()

    async def ask() -> None:
        with limit:
            await asked.gather()
            await swept.wait()
            await _follow(desk, asked, found[0], wanted)
        if limit.cancelled_caught:
            asked.asking.timed_out()

    await together([sweep, ask])
    return _with(found[0], asked.seen, _asked_of(desk), _missed(asked))


async def measure(desk: Desk, workload: Ref, seen: Observation, since: datetime | None = None) -> Observation:
    """The same look with the curves of one workload, against the hour before `since`: what a verification compares."""
    if not desk.monitoring:
        return _with(seen, MetricsSeen(), (), (UNWATCHED,))
    asked = desk.monitoring.look(desk.clock())
    with anyio.move_on_after(LENGTHEN) as limit:
        await asked.gather()
        await asked.about(subject_of(seen, workload), since)
    if limit.cancelled_caught:
        asked.asking.timed_out()
    return _with(seen, asked.seen, _asked_of(desk), _missed(asked))


async def _follow(desk: Desk, asked: MonitoringLook, seen: Observation, wanted: Wanted) -> None:
    """What fails worst; else the workload that was asked about, else, for traffic, everything in the scope."""
    chains = [chain for chain in find_chains(seen, desk.silenced) if chain.worst != "notice"]
    target = chains[0].subject if chains else seen.scope.workload
    if target is not None and target.kind in _MEASURED:
        began = onset(seen, chains[0]) if chains else None
        ask = asked.about if wanted == "signals" else asked.traffic
        await ask(subject_of(seen, target), began.at if began else None)
    elif wanted == "traffic" and not chains:
        await asked.everywhere(seen.scope.namespace)


def _asked_of(desk: Desk) -> tuple[str, ...]:
    there = ((PROMETHEUS, desk.monitoring.prometheus), (ALERTMANAGER, desk.monitoring.alertmanager))
    return tuple(name for name, source in there if source)


def _missed(asked: MonitoringLook) -> tuple[NotChecked, ...]:
    return tuple(NotChecked(what=what, why=why) for what, why in asked.missed)


def _with(
    seen: Observation, metrics: MetricsSeen, looked_at: tuple[str, ...], missed: tuple[NotChecked, ...]
) -> Observation:
    failed = {each.what for each in missed}
    return seen.model_copy(
        update={
            "metrics": metrics,
            "looked_at": (*seen.looked_at, *(name for name in looked_at if name not in failed)),
            "not_checked": (*seen.not_checked, *missed),
        }
    )
