"""What failing programs need in a namespace that nobody looked at: a Service that they call by its full name.

Only that Service is added, and, where nobody serves it, who should: what else is wrong over there nobody asked.
"""

import re
from collections.abc import Iterator
from functools import partial

from incident_mcp.cluster.config_refs import config_refs, read_configs
from incident_mcp.cluster.events import read_events
from incident_mcp.cluster.failing_logs import read_failing_logs
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.outlines import outline_seen
from incident_mcp.cluster.picture import Picture
from incident_mcp.cluster.pods import pod_seen
from incident_mcp.cluster.selectors import equality
from incident_mcp.cluster.services import SERVICE_LABEL, services_seen
from incident_mcp.cluster.traffic import Lists, of_namespaces
from incident_mcp.cluster.unwell_workloads import read_workloads
from incident_mcp.vocabulary.network_seen import OutlineSeen
from incident_mcp.vocabulary.observation import PodSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 3
"""Services of other namespaces in one look."""
PODS = 10
_LABEL = r"([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)"
_CALLED = (
    re.compile(rf"(?<![\w-]){_LABEL}\.{_LABEL}\.svc\b"),
    re.compile(rf"(?<![\w.-]){_LABEL}\.{_LABEL}:\d{{2,5}}\b"),
)
"""`payments.shop.svc`, `payments.shop:8080`."""


async def read_elsewhere(look: Look, picture: Picture) -> None:
    """Add the Services that the logs or templates of what fails name, of namespaces whose Services are not known."""
    read = {service.ref.namespace for service in picture.traffic.services}
    known = read if len(picture.namespaces) > 1 else {*read, *picture.namespaces}
    called = dict.fromkeys(ref for ref in _called(picture) if ref.namespace not in known)
    await together([partial(_read, look, picture, ref) for ref in [*called][:MOST]])


def _called(picture: Picture) -> Iterator[Ref]:
    failing = {log.pod for log in picture.logs if not log.quiet}
    owners = {pod.owner for pod in picture.pods if pod.ref in failing}
    lines = [line for log in picture.logs if not log.quiet for _, line in log.lines]
    values = [value for ref, each in picture.workloads.items() if ref in owners for value in _values(each.template)]
    for pattern in _CALLED:
        names = [found for line in lines if (found := line.identifiers(pattern))]
        names += [found.groups() for value in values if (found := pattern.search(value))]
        yield from (Ref(kind="Service", namespace=namespace, name=name) for name, namespace in names)


def _values(template: dict[str, object]) -> Iterator[str]:
    for container in items(template, "spec", "containers"):
        yield from (text(variable, "value") for variable in items(container, "env"))


async def _read(look: Look, picture: Picture, ref: Ref) -> None:
    where = ref.namespace or ""
    service = await look.ask_if_there("services", lambda: look.api.get_json(path_of(ref)), where=where)
    if service is None:
        return
    path, params = collection("EndpointSlice", where), {"labelSelector": f"{SERVICE_LABEL}={ref.name}"}
    slices = await look.ask("endpoints", lambda: look.api.get_json(path, params=params), None, where=where)
    if slices is None:
        return
    for seen in services_seen([service], items(slices, "items")):
        picture.traffic.services.append(seen)
        if not seen.ready:
            await _behind(look, picture, seen)


async def _behind(look: Look, picture: Picture, service: ServiceSeen) -> None:
    """The workloads that it selects, their pods that are not ready, and why."""
    outlines = [each for each in await _outlines(look, service) if service.selector.items() <= each.labels.items()]
    picture.traffic.outlines.extend(outlines)
    await read_workloads(look, [each.ref for each in outlines if each.desired], picture.workloads)
    pods = await _pods(look, service, {pod.ref for pod in picture.pods})
    picture.pods.extend(pods)
    workloads = [picture.workloads[each.ref] for each in outlines if each.ref in picture.workloads]
    uids = {each.uid: each.ref.namespace for each in (*workloads, *pods)}
    uids |= {each.uid: w.ref.namespace for w in workloads for each in w.revisions if each.current and each.uid}
    configs = [ref for each in workloads for ref in config_refs(each.template, each.ref.namespace)]
    await together(
        [
            partial(read_events, look, uids, picture.events),
            partial(read_configs, look, configs, picture.configs),
            partial(read_failing_logs, look, pods, picture.logs),
        ]
    )


async def _outlines(look: Look, service: ServiceSeen) -> list[OutlineSeen]:
    """All there. The Service that governs one was not read, so nobody can say that it is missing."""
    where, lists = service.ref.namespace or "", Lists()
    await together([partial(of_namespaces, look, "workloads", kind, [where], lists) for kind in WORKLOAD_KINDS])
    found = [outline_seen(each, kind) for kind, by_place in lists.items() for each in by_place.get(where, [])]
    return [each.model_copy(update={"governed_by": ""}) for each in found]


async def _pods(look: Look, service: ServiceSeen, known: set[Ref]) -> list[PodSeen]:
    where, params = service.ref.namespace or "", {"labelSelector": equality(service.selector), "limit": PODS}
    answer = await look.ask("pods", lambda: look.api.get_json(collection("Pod", where), params=params), {}, where=where)
    pods = (pod_seen(each) for each in items(answer, "items"))
    return [pod for pod in pods if not pod.ready and pod.ref not in known]
