"""Paths of Ingresses and Gateway routes that lead nowhere, Ingresses that nobody serves: what a user sees of it all."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.gateways import NOT_GRANTED
from incident_mcp.investigate.kinds.network import (
    CERTIFICATE_MISSING,
    INGRESS_CLASS_MISSING,
    ROUTE_DOWN,
    ROUTE_PORT_MISSING,
    ROUTE_REDIRECTED,
    ROUTE_TO_NOWHERE,
)
from incident_mcp.investigate.rules.issuing import unissued
from incident_mcp.investigate.rules.services import astray, without_endpoints
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import clock, listed
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.network_seen import IngressSeen
from incident_mcp.vocabulary.observation import Observation, RouteSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

LATELY = timedelta(days=1)
_BUILT_IN = ("gce", "gce-internal")
"""Classes that work without an IngressClass of their name."""


def find(seen: Observation) -> Iterator[Finding]:
    down = {service.ref for service in without_endpoints(seen)}
    services = {service.ref: service for service in seen.services}
    wrong = {(service.ref, port.number): port.target for service, port, _ in astray(seen)}
    for route in seen.routes:
        service = services.get(route.service)
        if not route.granted and seen.scope.workload is None:
            yield _not_granted(route)
        elif route.service_missing and seen.scope.workload is None:
            yield _to_nowhere(route)
        elif route.service in down:
            yield _down(route, f"answers 503: {route.service} has no endpoints", "critical")
        elif seen.scope.workload is None and (ports := _other_ports(route, service)):
            yield _port_missing(route, ports)
        elif service is not None and (target := wrong.get((service.ref, _port(route, service)))):
            yield _down(route, f"may answer 502: {route.service} sends to {target}", "warning")
        elif route.declared is not None and seen.scope.workload is None:
            yield _redirected(seen, route, route.declared)
    if seen.scope.workload is None:
        for ingress in seen.ingresses:
            yield from _unserved(seen, ingress)
        yield from _without_certificate(seen)


def _port(route: RouteSeen, service: ServiceSeen) -> int:
    """The Service's port that the route means; 0 when it has none of that number or name."""
    if not route.port or not service.ports:
        return service.ports[0].number if service.ports else -1
    return next((port.number for port in service.ports if route.port in (port.name, str(port.number))), 0)


def _other_ports(route: RouteSeen, service: ServiceSeen | None) -> list[str]:
    """The ports that there are, when the one that the route names is none of them."""
    if service is not None:
        known = [f"{port.number}{f' ({port.name})' if port.name else ''}" for port in service.ports]
        return [] if _port(route, service) else known
    other = route.port.isdecimal() and int(route.port) not in route.service_ports
    return [str(number) for number in route.service_ports] if other else []


def _refusal(route: RouteSeen) -> str:
    """What users get where a route names something that is not there: the Gateway API asks for 500."""
    if route.ingress.kind in ("TCPRoute", "UDPRoute", "TLSRoute"):
        return "reaches nobody"
    return "answers 503" if route.ingress.kind == "Ingress" else "answers 500"


def _down(route: RouteSeen, what: str, severity: Gravity) -> Finding:
    return finding(
        ROUTE_DOWN,
        target=route.ingress,
        severity=severity,
        summary=f"{route.url} {what}",
        evidence=(Evidence(source=f"{route.ingress}, path {route.path}", value=f"leads to {route.service}"),),
        next_step=f"Repair what stands behind {route.service}.",
        because_of=route.service,
    )


def _to_nowhere(route: RouteSeen) -> Finding:
    return finding(
        ROUTE_TO_NOWHERE,
        target=route.ingress,
        severity="critical",
        summary=f"{route.url} {_refusal(route)}: {route.service} does not exist",
        evidence=(Evidence(source=f"{route.ingress}, path {route.path}", value=f"names {route.service}"),),
        next_step=f"Create the Service, or correct the name in the {route.ingress.kind}.",
    )


def _redirected(seen: Observation, route: RouteSeen, declared: Ref) -> Finding:
    """An edit of long ago is known to somebody by now."""
    when = f" at {clock(route.edited, seen.at)} UTC" if route.edited else ""
    return finding(
        ROUTE_REDIRECTED,
        target=route.ingress,
        severity="warning" if recent(route.edited, seen.at, LATELY) else "notice",
        summary=f"{route.url} leads to {route.service}, its manifest says {declared}",
        evidence=(
            Evidence(source=f"{route.ingress}, path {route.path}", value=f"names {route.service}"),
            Evidence(source=f"{route.ingress}, last applied manifest", value=f"names {declared}"),
            Evidence(source=f"{route.ingress}, managed fields", value=route.edited_by or "unknown", at=route.edited),
        ),
        next_step=f"See who edited it{when}; apply the manifest again if it was a mistake.",
        since=route.edited,
    )


def _not_granted(route: RouteSeen) -> Finding:
    there = route.service.namespace
    return finding(
        NOT_GRANTED,
        target=route.ingress,
        severity="critical",
        summary=f"{route.url} {_refusal(route)}: no ReferenceGrant in {there} lets it name {route.service}",
        evidence=(Evidence(source=f"{route.ingress}, path {route.path}", value=f"names {route.service}"),),
        next_step=f"Make a ReferenceGrant in {there} from {route.ingress.kind} of {route.ingress.namespace}.",
    )


def _port_missing(route: RouteSeen, ports: list[str]) -> Finding:
    has = listed(ports)
    return finding(
        ROUTE_PORT_MISSING,
        target=route.ingress,
        severity="critical",
        summary=f"{route.url} {_refusal(route)}: {route.service} has no port {route.port}, it has {has}",
        evidence=(
            Evidence(source=f"{route.ingress}, path {route.path}", value=f"port {route.port}"),
            Evidence(source=f"{route.service}, spec.ports", value=has),
        ),
        next_step=f"Correct the backend's port in the {route.ingress.kind}, or the Service's ports.",
    )


def _unserved(seen: Observation, ingress: IngressSeen) -> Iterator[Finding]:
    """Only for a class that is named and not there: a controller may serve whatever names none."""
    names = [each.name for each in seen.ingress_classes]
    if not names or not ingress.class_name or ingress.class_name in (*names, *_BUILT_IN):
        return
    yield finding(
        INGRESS_CLASS_MISSING,
        target=ingress.ref,
        severity="critical",
        summary=f"its class {ingress.class_name} does not exist, so nobody serves it; there is {listed(names, most=4)}",
        evidence=(Evidence(source=f"{ingress.ref}, ingressClassName", value=ingress.class_name),),
        next_step="Correct the class's name in the Ingress, or install the controller that it means.",
    )


def _without_certificate(seen: Observation) -> Iterator[Finding]:
    missing = {each.ref for each in seen.configs if not each.exists}
    wanted: dict[Ref, dict[Ref, None]] = {}
    for ingress in seen.ingresses:
        wanted.setdefault(ingress.ref, {}).update(dict.fromkeys(ingress.secrets))
    for gateway in seen.gateways:
        for listener in gateway.listeners:
            wanted.setdefault(gateway.ref, {}).update(dict.fromkeys(listener.secrets))
    for by, secrets in wanted.items():
        gone = [secret for secret in secrets if secret in missing]
        if gone:
            yield _certificate_missing(seen, by, gone)


def _certificate_missing(seen: Observation, by: Ref, gone: list[Ref]) -> Finding:
    names = listed([str(each) for each in gone])
    field = "spec.tls" if by.kind == "Ingress" else "certificateRefs"
    issuing = next((found for each in gone if (found := unissued(seen, each))), None)
    return finding(
        CERTIFICATE_MISSING,
        target=by,
        severity="warning",
        summary=f"{names}, its certificate, does not exist: browsers refuse what is shown instead",
        evidence=(Evidence(source=f"{by}, {field}", value=f"names {names}"),),
        next_step="Make the Secret, or see why whoever issues certificates has not.",
        because_of=issuing.ref if issuing else None,
    )
