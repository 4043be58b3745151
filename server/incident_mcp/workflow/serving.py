"""Does it serve again? Beside the pods of a verification: an answer from inside, the outside host, errors, metrics.

What can't be asked (no right, no probe, no monitoring) is *not checked*, with the reason, and never green.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incident_mcp.assess.fronts import fronts
from incident_mcp.cluster.look import together
from incident_mcp.cluster.service_proxy import ServiceProxy
from incident_mcp.resolve.answering import answered, as_usual, from_outside, probe_of
from incident_mcp.resolve.checks import services_of, workload_in
from incident_mcp.text.fencing import plain
from incident_mcp.vocabulary.errors import ClusterError, CredentialsError
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.verdict import Check
from incident_mcp.workflow.desk import Desk
from incident_mcp.workflow.errors_since import errors_since
from incident_mcp.workflow.from_here import tried_words
from incident_mcp.workflow.measuring import measure
from incident_mcp.workflow.metric_lines import signal_words

PROXY_SECONDS = 3.0


@dataclass
class Served:
    """What was found, in the order of the questions, and what could not be asked."""

    checks: dict[str, list[Check]] = field(default_factory=dict[str, list[Check]])
    not_checked: list[str] = field(default_factory=list[str])

    @property
    def items(self) -> tuple[Check, ...]:
        return tuple(
            check for name in ("inside", "outside", "errors", "metrics") for check in self.checks.get(name, [])
        )


async def serving(
    desk: Desk, incident: str | None, looks: Sequence[Observation], target: Ref, since: datetime | None
) -> Served:
    """Ask all at once, after these looks. `since`: when the change was made, which logs and metrics are read from."""
    seen, soaked = looks[-1], looks[0].at
    found = Served()
    await together(
        [
            lambda: _inside(desk, seen, target, found),
            lambda: _outside(desk, seen, target, found),
            lambda: _errors(desk, incident, seen, target, since, soaked, found),
            lambda: _measured(desk, seen, target, since, found),
        ]
    )
    return found


async def _inside(desk: Desk, seen: Observation, target: Ref, found: Served) -> None:
    workload = workload_in(seen, target)
    services = services_of(seen, workload) if workload else ()
    if workload is None or not services:
        return
    ask = probe_of(workload, services)
    if ask is None:
        found.not_checked.append("an answer from inside (no HTTP readiness probe that a Service leads to)")
        return
    proxy, began = ServiceProxy(desk.api, ask.service, PROXY_SECONDS), desk.clock()
    try:
        status, _ = await proxy.get(ask.path, {})
    except CredentialsError:
        raise
    except ClusterError as error:
        found.not_checked.append(f"an answer from inside ({ask.words}: {plain(error.happened, 160)})")
        return
    found.checks["inside"] = [answered(ask, status, desk.clock() - began)]


async def _outside(desk: Desk, seen: Observation, target: Ref, found: Served) -> None:
    workload = workload_in(seen, target)
    led = {service.ref for service in services_of(seen, workload)} if workload else set[Ref]()
    there = fronts(seen, tuple(route for route in seen.routes if route.service in led))
    if desk.reach is None or not there:
        return
    for tried in await desk.reach.each(there):
        words = tried_words(tried)
        if check := from_outside(tried, words):
            found.checks.setdefault("outside", []).append(check)
        else:
            found.not_checked.append(f"the outside from here ({words})")


async def _errors(
    desk: Desk,
    incident: str | None,
    seen: Observation,
    target: Ref,
    since: datetime | None,
    soaked: datetime,
    found: Served,
) -> None:
    try:
        check, why = await errors_since(desk, incident, seen, target, since=since, soaked=soaked)
    except CredentialsError:
        raise
    except ClusterError as error:
        check, why = None, f"error patterns ({plain(error.happened, 160)})"
    if check:
        found.checks["errors"] = [check]
    else:
        found.not_checked.append(why)


async def _measured(desk: Desk, seen: Observation, target: Ref, since: datetime | None, found: Served) -> None:
    if not desk.monitoring:
        return
    measured = await measure(desk, target, seen, since)
    told = [as_usual(each, signal_words(each, seen.at)) for each in measured.metrics.signals]
    found.checks["metrics"] = [check for check in told if check]
    if not found.checks["metrics"]:
        found.not_checked.append("error rate and latency (the monitoring counts neither for it)")
