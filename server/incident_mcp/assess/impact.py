"""What is hurt: Services, the paths that users ask for, and the share of pods that is gone."""

from incident_mcp.assess.assessment import Impact
from incident_mcp.investigate.kinds.certificates import CERTIFICATE_OF_ANOTHER_NAME, ROUTE_UNTRUSTED
from incident_mcp.investigate.kinds.gateways import (
    GATEWAY_MISSING,
    NOT_GRANTED,
    ROUTE_DETACHED,
    ROUTE_UNRESOLVED,
    ROUTE_UNSERVED,
)
from incident_mcp.investigate.kinds.network import (
    BALANCER_PENDING,
    DNS_DOWN,
    NO_ENDPOINTS,
    NO_SELECTED_PODS,
    NOT_LOCAL,
    ROUTE_DOWN,
    ROUTE_PORT_MISSING,
    ROUTE_REDIRECTED,
    ROUTE_TO_NOWHERE,
    TARGET_PORT,
)
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation, RouteSeen
from incident_mcp.vocabulary.refs import Ref

_SERVICES = tuple(
    kind.code for kind in (NO_ENDPOINTS, NO_SELECTED_PODS, TARGET_PORT, DNS_DOWN, BALANCER_PENDING, NOT_LOCAL)
)
ROUTES = tuple(kind.code for kind in (ROUTE_DOWN, ROUTE_TO_NOWHERE, ROUTE_PORT_MISSING, ROUTE_REDIRECTED, NOT_GRANTED))
"""Findings that begin with the address of one path."""
HOSTS = tuple(
    kind.code
    for kind in (
        ROUTE_UNTRUSTED,
        CERTIFICATE_OF_ANOTHER_NAME,
        GATEWAY_MISSING,
        ROUTE_DETACHED,
        ROUTE_UNSERVED,
        ROUTE_UNRESOLVED,
    )
)
"""Findings that begin with a host: all of its paths are hurt."""


def impact(seen: Observation, chains: list[Chain]) -> Impact:
    """Of all chains together."""
    told = (each for chain in chains for each in (chain.root, *chain.symptoms, *chain.breaks))
    findings = [each for each in told if each.severity != "notice"]
    services = tuple(dict.fromkeys(each.target for each in findings if each.code in _SERVICES))
    routes = hurt_routes(seen, findings)
    outside = {service.ref for service in seen.services if service.external}
    sick = [workload for workload in seen.workloads if workload.ready < workload.desired]
    return Impact(
        services=services,
        routes=routes,
        gateways=_gateways(seen, routes, findings),
        users=bool(routes) or any(ref in outside for ref in services),
        ready=sum(workload.ready for workload in sick),
        desired=sum(workload.desired for workload in sick),
    )


def hurt_routes(seen: Observation, findings: list[Finding]) -> tuple[RouteSeen, ...]:
    """A finding on an Ingress or route begins with the address, or with the host, that it is about."""
    paths = {(each.target, each.summary.partition(" ")[0]) for each in findings if each.code in ROUTES}
    hosts = {(each.target, each.summary.partition(" ")[0]) for each in findings if each.code in HOSTS}
    return tuple(
        route
        for route in seen.routes
        if (route.ingress, route.url) in paths
        or any((each, route.host) in hosts for each in (route.ingress, *_parents(seen, route.ingress)))
    )


def _gateways(seen: Observation, routes: tuple[RouteSeen, ...], findings: list[Finding]) -> tuple[Ref, ...]:
    """Those through which the hurt routes are reached, and those that are hurt themselves."""
    reached = (parent for route in routes for parent in _parents(seen, route.ingress))
    own = (each.target for each in findings if each.target.kind == "Gateway" and each.severity == "critical")
    return tuple(dict.fromkeys((*own, *reached)))


def _parents(seen: Observation, route: Ref) -> tuple[Ref, ...]:
    return tuple(parent.gateway for each in seen.gateway_routes if each.ref == route for parent in each.parents)
