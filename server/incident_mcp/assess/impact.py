"""What is hurt: Services, the paths that users ask for, and the share of pods that is gone."""

from incident_mcp.assess.assessment import Impact
from incident_mcp.investigate.kinds.network import (
    DNS_DOWN,
    NO_ENDPOINTS,
    NO_SELECTED_PODS,
    ROUTE_DOWN,
    ROUTE_PORT_MISSING,
    ROUTE_TO_NOWHERE,
    TARGET_PORT,
)
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation, RouteSeen

_SERVICES = (NO_ENDPOINTS.code, NO_SELECTED_PODS.code, TARGET_PORT.code, DNS_DOWN.code)
_ROUTES = (ROUTE_DOWN.code, ROUTE_TO_NOWHERE.code, ROUTE_PORT_MISSING.code)


def impact(seen: Observation, chains: list[Chain]) -> Impact:
    """Of all chains together."""
    findings = [each for chain in chains for each in (chain.root, *chain.symptoms, *chain.breaks)]
    services = tuple(dict.fromkeys(each.target for each in findings if each.code in _SERVICES))
    routes = hurt_routes(seen, findings)
    outside = {service.ref for service in seen.services if service.external}
    sick = [workload for workload in seen.workloads if workload.ready < workload.desired]
    return Impact(
        services=services,
        routes=routes,
        users=bool(routes) or any(ref in outside for ref in services),
        ready=sum(workload.ready for workload in sick),
        desired=sum(workload.desired for workload in sick),
    )


def hurt_routes(seen: Observation, findings: list[Finding]) -> tuple[RouteSeen, ...]:
    """A finding on an Ingress begins with the address that it is about."""
    broken = {(each.target, each.summary.partition(" ")[0]) for each in findings if each.code in _ROUTES}
    return tuple(route for route in seen.routes if (route.ingress, route.url) in broken)
