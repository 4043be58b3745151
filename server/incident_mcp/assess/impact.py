"""What is hurt: Services, the paths that users ask for, and the share of pods that is gone."""

from incident_mcp.assess.assessment import Impact
from incident_mcp.investigate.catalogue import NO_ENDPOINTS, NO_SELECTED_PODS, ROUTE_DOWN, ROUTE_TO_NOWHERE
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation, RouteSeen
from incident_mcp.vocabulary.refs import Ref

_SERVICES = (NO_ENDPOINTS.code, NO_SELECTED_PODS.code)
_ROUTES = (ROUTE_DOWN.code, ROUTE_TO_NOWHERE.code)


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
    broken: set[tuple[Ref, Ref | None]] = {(each.target, each.because_of) for each in findings if each.code in _ROUTES}
    return tuple(
        route
        for route in seen.routes
        if (route.ingress, route.service) in broken or (route.service_missing and (route.ingress, None) in broken)
    )
