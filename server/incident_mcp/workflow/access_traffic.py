"""Traffic by the ingress controllers' access logs, where there is no Prometheus to ask.

A slice of each replica's log every few minutes of the last hour and a quarter gives each host a curve of requests a
second; what left the usual is told as it would be from Prometheus. Read beside the rest, and bounded like it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from incident_mcp.cluster.ingress_controllers import controller_pods, proxy_of
from incident_mcp.cluster.log_slices import Slice, log_slices
from incident_mcp.cluster.look import Look
from incident_mcp.logs.access_lines import requests
from incident_mcp.metrics.curves import Points, left, usual
from incident_mcp.metrics.signals import DROP, LEAST_TRAFFIC, SURGE
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.workflow.desk import Desk

REACH = timedelta(minutes=75)
EVERY = timedelta(minutes=5)
REPLICAS = 3
HOSTS = 50
SECONDS = 4.0
NO_CONTROLLER = "no ingress controller found by its usual labels"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests a second of each host, at a few moments of the last hour; `pods` whose logs told it."""

    curves: dict[str, Points]
    pods: tuple[PodSeen, ...] = ()


async def read_traffic(desk: Desk, look: Look) -> Traffic:
    """What can't be read is noted in `look`. Raises `CredentialsError`."""
    pods = (await controller_pods(look))[:REPLICAS]
    if not pods:
        if not look.not_checked:
            look.miss("traffic", NO_CONTROLLER)
        return Traffic({})
    now = desk.clock()
    moments = [now - EVERY * number for number in range(int(REACH / EVERY), 0, -1)]
    containers = [(pod.ref, proxy_of(pod)) for pod in pods]
    slices = await log_slices(desk.api, containers, moments, now, seconds=SECONDS)
    for each in slices.not_checked:
        look.miss(each.what, each.why)
    found = curves(slices.read)
    if not found and not slices.not_checked:
        look.miss("traffic", "the ingress controllers log no requests in a form that is known")
    return Traffic(found, tuple(pods))


def moved(traffic: Traffic, seen: Observation, onset: datetime | None) -> Iterator[ChangeSeen]:
    """Of a host that rose before the onset; without one, also of one that fell."""
    until = (onset or seen.at).timestamp()
    for host, points in traffic.curves.items():
        before = usual(points, until)
        around = [point for point in points if point[0] <= until + EVERY.total_seconds()]
        level = around[-1][1] if around else 0.0
        middle = median(before) if before else 0.0
        if min(middle, level) <= 0 or max(middle, level) < LEAST_TRAFFIC or DROP < level / middle < SURGE:
            continue
        since = left(around, before, around[-1][0])
        if since is None or (onset is not None and level < middle):
            continue
        yield _told(traffic, seen, host, middle, level, datetime.fromtimestamp(since, UTC))


def _told(traffic: Traffic, seen: Observation, host: str, before: float, level: float, since: datetime) -> ChangeSeen:
    what = f"traffic {level / before:.2g}x the hour before ({level:.3g}/s, was {before:.3g}/s)"
    where = f"by the access log of {count(len(traffic.pods), 'ingress controller pod')}"
    text = f"{what} to {host}, since {clock(since, seen.at)} UTC, {where}"
    return ChangeSeen(target=_target(traffic, seen, host), at=since, kind="traffic", text=text)


def _target(traffic: Traffic, seen: Observation, host: str) -> Ref:
    """The Service behind it (ingress-nginx names its upstreams `namespace-service-port`), the Ingress, or the
    controller where the look knows neither.
    """
    for service in seen.services:
        if any(host == f"{service.ref.namespace}-{service.ref.name}-{port.number}" for port in service.ports):
            return service.ref
    for route in seen.routes:
        if (
            host.partition(":")[0] == route.host
            or host == f"{route.service.namespace}-{route.service.name}-{route.port}"
        ):
            return route.service
    pod = traffic.pods[0]
    return pod.owner or pod.ref


def curves(slices: Sequence[Slice]) -> dict[str, Points]:
    """All replicas' rates, summed; a host that a slice does not name had no request in it."""
    counted: defaultdict[datetime, list[tuple[Counter[str], float]]] = defaultdict(list)
    for each in slices:
        hosts: Counter[str] = Counter()
        last = each.begin
        for request in requests(each.body):
            if request is not None:
                hosts[request.host] += 1
                last = max(last, request.at)
        counted[each.moment].append((hosts, max(((each.end or last) - each.begin).total_seconds(), 1.0)))
    busiest = sum((hosts for parts in counted.values() for hosts, _ in parts), Counter[str]()).most_common(HOSTS)
    return {
        host: [
            (at.timestamp(), sum(hosts[host] / seconds for hosts, seconds in parts))
            for at, parts in sorted(counted.items())
        ]
        for host, _ in busiest
    }
