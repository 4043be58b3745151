"""Ingress paths that answer 503: what a user sees of it all."""

from collections.abc import Iterator

from incident_mcp.investigate.catalogue import ROUTE_DOWN, ROUTE_TO_NOWHERE
from incident_mcp.investigate.rules.services import without_endpoints
from incident_mcp.investigate.sufferers import finding
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, RouteSeen


def find(seen: Observation) -> Iterator[Finding]:
    down = {service.ref for service in without_endpoints(seen)}
    for route in seen.routes:
        if route.service_missing and seen.scope.workload is None:
            yield _to_nowhere(route)
        elif route.service in down:
            yield _down(route)


def _down(route: RouteSeen) -> Finding:
    return finding(
        ROUTE_DOWN,
        target=route.ingress,
        severity="critical",
        summary=f"{route.url} answers 503: {route.service} has no endpoints",
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
