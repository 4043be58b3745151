"""Ingress paths that lead nowhere, and Ingresses that nobody serves: what a user sees of it all."""

from collections.abc import Iterator

from incident_mcp.investigate.kinds.network import (
    CERTIFICATE_MISSING,
    INGRESS_CLASS_MISSING,
    ROUTE_DOWN,
    ROUTE_PORT_MISSING,
    ROUTE_TO_NOWHERE,
)
from incident_mcp.investigate.rules.services import astray, without_endpoints
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.network_seen import IngressSeen
from incident_mcp.vocabulary.observation import Observation, RouteSeen, ServiceSeen

_BUILT_IN = ("gce", "gce-internal")
"""Classes that work without an IngressClass of their name."""


def find(seen: Observation) -> Iterator[Finding]:
    down = {service.ref for service in without_endpoints(seen)}
    services = {service.ref: service for service in seen.services}
    wrong = {(service.ref, port.number): port.target for service, port, _ in astray(seen)}
    for route in seen.routes:
        service = services.get(route.service)
        if route.service_missing and seen.scope.workload is None:
            yield _to_nowhere(route)
        elif route.service in down:
            yield _down(route, f"answers 503: {route.service} has no endpoints", "critical")
        elif service is not None and seen.scope.workload is None and not _port(route, service):
            yield _port_missing(route, service)
        elif service is not None and (target := wrong.get((service.ref, _port(route, service)))):
            yield _down(route, f"may answer 502: {route.service} sends to {target}", "warning")
    if seen.scope.workload is None:
        for ingress in seen.ingresses:
            yield from _unserved(seen, ingress)
            yield from _without_certificate(seen, ingress)


def _port(route: RouteSeen, service: ServiceSeen) -> int:
    """The Service's port that the route means; 0 when it has none of that number or name."""
    if not route.port or not service.ports:
        return service.ports[0].number if service.ports else -1
    return next((port.number for port in service.ports if route.port in (port.name, str(port.number))), 0)


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
        summary=f"{route.url} answers 503: {route.service} does not exist",
        evidence=(Evidence(source=f"{route.ingress}, path {route.path}", value=f"names {route.service}"),),
        next_step="Create the Service, or correct the name in the Ingress.",
    )


def _port_missing(route: RouteSeen, service: ServiceSeen) -> Finding:
    ports = listed([f"{port.number}{f' ({port.name})' if port.name else ''}" for port in service.ports])
    return finding(
        ROUTE_PORT_MISSING,
        target=route.ingress,
        severity="critical",
        summary=f"{route.url} answers 503: {route.service} has no port {route.port}, it has {ports}",
        evidence=(
            Evidence(source=f"{route.ingress}, path {route.path}", value=f"port {route.port}"),
            Evidence(source=f"{route.service}, spec.ports", value=ports),
        ),
        next_step="Correct the backend's port in the Ingress, or the Service's ports.",
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


def _without_certificate(seen: Observation, ingress: IngressSeen) -> Iterator[Finding]:
    gone = [str(each.ref) for each in seen.configs if each.ref in ingress.secrets and not each.exists]
    if gone:
        yield finding(
            CERTIFICATE_MISSING,
            target=ingress.ref,
            severity="warning",
            summary=f"{listed(gone)}, its certificate, does not exist: browsers refuse what is shown instead",
            evidence=(Evidence(source=f"{ingress.ref}, spec.tls", value=f"names {listed(gone)}"),),
            next_step="Make the Secret, or see why whoever issues certificates has not.",
        )
