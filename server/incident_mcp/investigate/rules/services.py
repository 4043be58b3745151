"""Services without a ready endpoint or with a port that nobody serves, and whose fault that is."""

import re
from collections import defaultdict
from collections.abc import Iterator

from incident_mcp.investigate.behind import Near, labels_of, nearest, outlines_of, reached, selects
from incident_mcp.investigate.dns import is_dns
from incident_mcp.investigate.kinds.network import (
    DNS_DOWN,
    MIXED_ENDPOINTS,
    NO_ENDPOINTS,
    NO_SELECTED_PODS,
    TARGET_PORT,
)
from incident_mcp.investigate.needed import needed
from incident_mcp.investigate.strangers import identity, strangers
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.network_seen import OutlineSeen, PortSeen
from incident_mcp.vocabulary.observation import Observation, PodSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

_ASIDE = re.compile(r"metric|prom|health|probe|admin|debug|monitor|telemetry")


def find(seen: Observation) -> Iterator[Finding]:
    for service in without_endpoints(seen):
        found = _without_endpoints(seen, service) or _selects_nothing(seen, service)
        if found is not None:
            yield found
    for service, port, outlines in astray(seen):
        yield _target_port(service, port, outlines)
    yield from _mixed(seen)


def without_endpoints(seen: Observation) -> list[ServiceSeen]:
    """Services with nobody ready behind them. A look at one workload judges only those that select it,
    and the cluster's DNS where it was read.
    """
    return [service for service in seen.services if not service.ready and in_scope(seen, service)]


def in_scope(seen: Observation, service: ServiceSeen) -> bool:
    if seen.scope.workload is None or is_dns(service):
        return True
    own = next((each for each in seen.workloads if each.ref == seen.scope.workload), None)
    return own is not None and selects(service, labels_of(own), own.ref.namespace)


def astray(seen: Observation) -> Iterator[tuple[ServiceSeen, PortSeen, list[OutlineSeen]]]:
    """Ports that none of the pods behind has, where pods are ready and say which ports they have."""
    around: defaultdict[str | None, list[OutlineSeen]] = defaultdict(list)
    for outline in seen.outlines:
        around[outline.ref.namespace].append(outline)
    for service in seen.services:
        if service.headless or not service.ready or not in_scope(seen, service):
            continue
        wanted = service.selector.items()
        outlines = [each for each in around[service.ref.namespace] if wanted <= each.labels.items()]
        if not outlines or any(not _serving(each) for each in outlines):
            continue
        for port in service.ports:
            if not any(each.has_port(port.target) for each in outlines):
                yield service, port, outlines


def _mixed(seen: Observation) -> Iterator[Finding]:
    """Services of several workloads of which some say that they have the port, and some that they have others only."""
    for service in seen.services:
        outlines = [each for each in outlines_of(seen, service) if each.desired and _serving(each)]
        if service.headless or not service.ready or not in_scope(seen, service):
            continue
        for port in service.ports:
            fit = [each for each in outlines if each.has_port(port.target)]
            astray = [each for each in outlines if each not in fit]
            if fit and astray:
                yield _taken_in(service, port, fit[0], astray[0])
        strange = strangers(service, outlines)
        if strange and all(each.has_port(port.target) for each in outlines for port in service.ports):
            yield _stranger(service, *strange)


def _stranger(service: ServiceSeen, own: OutlineSeen, other: OutlineSeen) -> Finding:
    selector = ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    return finding(
        MIXED_ENDPOINTS,
        target=service.ref,
        severity="critical" if service.external else "warning",
        summary=f"{selector} selects {own.ref} and {other.ref}, which is another program on the same port: "
        "it answers a part of all requests",
        evidence=(
            Evidence(source=f"{service.ref}, spec.selector", value=selector),
            *(Evidence(source=f"{each.ref}, labels of its pods", value=identity(each)) for each in (own, other)),
        ),
        next_step=f"Narrow the selector to the labels of {own.ref}.",
    )


def _taken_in(service: ServiceSeen, port: PortSeen, own: OutlineSeen, other: OutlineSeen) -> Finding:
    selector = ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    declared = listed([str(number) for _, number in other.ports], most=4)
    return finding(
        MIXED_ENDPOINTS,
        target=service.ref,
        severity="critical" if service.external else "warning",
        summary=f"{selector} selects {own.ref} and {other.ref}, which has no port {port.target}: "
        "a part of all requests is refused",
        evidence=(
            Evidence(source=f"{service.ref}, spec.selector", value=selector),
            Evidence(source=f"{other.ref}, container ports", value=declared),
        ),
        next_step=f"Narrow the selector to the labels of {own.ref}.",
    )


def _serving(outline: OutlineSeen) -> list[int]:
    """Ports that are declared for the work itself. One that declares only its metrics says nothing of the others."""
    return [number for name, number in outline.ports if not _ASIDE.search(name)]


def _without_endpoints(seen: Observation, service: ServiceSeen) -> Finding | None:
    cause = _cause(seen, service)
    if cause is None:
        return None
    outline = next((each for each in outlines_of(seen, service) if each.ref == cause), None)
    workload = next((each for each in seen.workloads if each.ref == cause), None)
    desired = workload.desired if workload else outline.desired if outline else 1
    if desired:
        summary = f"it has no ready endpoints ({count(service.not_ready, 'pod')} not ready)"
    else:
        summary = f"it has no endpoints: {cause} is scaled to 0"
    dns = is_dns(service)
    return finding(
        DNS_DOWN if dns else NO_ENDPOINTS,
        target=service.ref,
        severity="critical",
        summary=f"{summary}; no name of the cluster resolves" if dns else summary,
        evidence=(
            Evidence(source=f"endpoint slices of {service.ref}", value=f"0 ready, {service.not_ready} not ready"),
        ),
        next_step=f"Repair {cause}." if desired else f"See who scaled {cause} to 0, and scale it up.",
        because_of=cause,
    )


def _cause(seen: Observation, service: ServiceSeen) -> Ref | None:
    """Who stands behind it and does not serve. One that is scaled to 0 counts where users miss it."""
    for workload in seen.workloads:
        if selects(service, labels_of(workload), workload.ref.namespace):
            return workload.ref
    pods: list[PodSeen] = [pod for pod in seen.pods if selects(service, pod.labels, pod.ref.namespace)]
    if pods:
        return pods[0].owner or pods[0].ref
    idle = [each for each in outlines_of(seen, service) if not each.desired]
    missed = idle and (
        reached(seen, service) or _webhook(seen, service) or is_dns(service) or service.ref in needed(seen)
    )
    return idle[0].ref if missed else None


def _webhook(seen: Observation, service: ServiceSeen) -> bool:
    return any(each.service == service.ref for each in (*seen.webhooks, *seen.api_services))


def _selects_nothing(seen: Observation, service: ServiceSeen) -> Finding | None:
    """A Service that no pod fits may be meant so. One that users reach is missed; one that nearly fits is a mistake."""
    if service.not_ready or outlines_of(seen, service):
        return None
    near, missed = nearest(seen, service), reached(seen, service) or service.ref in needed(seen)
    if not missed and (near is None or _served_otherwise(seen, near)):
        return None
    selector = ",".join(f"{key}={value}" for key, value in sorted(service.selector.items()))
    return finding(
        NO_SELECTED_PODS,
        target=service.ref,
        severity="critical" if missed else "warning",
        summary=f"no pod has the labels that it selects: {selector}{_words(near) if near else ''}",
        evidence=(Evidence(source=f"{service.ref}, spec.selector", value=selector), *(_labels(near) if near else ())),
        next_step="Compare the selector with the labels of the pods it should select, or see who scaled them to 0.",
    )


def _served_otherwise(seen: Observation, near: Near) -> bool:
    """Another Service sends to it already: this one may wait for a canary, say."""
    return any(each.ready and selects(each, near.outline.labels, near.outline.ref.namespace) for each in seen.services)


def _words(near: Near) -> str:
    has = f"{near.key}={near.has}" if near.has is not None else f"no label {near.key}"
    return f"; {near.outline.ref} has {has}"


def _labels(near: Near) -> tuple[Evidence, ...]:
    labels = ",".join(f"{key}={value}" for key, value in sorted(near.outline.labels.items()))
    return (Evidence(source=f"{near.outline.ref}, labels of its pods", value=labels),)


def _target_port(service: ServiceSeen, port: PortSeen, outlines: list[OutlineSeen]) -> Finding:
    declared = listed([str(number) for each in outlines for _, number in each.ports], most=4)
    named = not port.target.isdecimal()
    severity: Gravity = "critical" if named else "warning"
    what = f"name {port.target}" if named else f"port {port.target}"
    return finding(
        TARGET_PORT,
        target=service.ref,
        severity=severity,
        summary=f"its port {port.number} leads to {what}, and {outlines[0].ref} declares {declared}",
        evidence=(
            Evidence(source=f"{service.ref}, spec.ports", value=f"{port.number} -> {port.target}"),
            Evidence(source=f"{outlines[0].ref}, container ports", value=declared),
        ),
        next_step="Correct the Service's targetPort, or the container's ports if the program moved.",
    )
