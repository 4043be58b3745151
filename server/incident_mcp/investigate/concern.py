"""Which chains of a wider look concern one workload: those that it is part of, and those of the way to it."""

from collections.abc import Iterator

from incident_mcp.investigate.behind import nearest, selects
from incident_mcp.investigate.kinds.programs import DEPENDENCY_DOWN, DEPENDENCY_SLOW
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, RouteSeen
from incident_mcp.vocabulary.refs import Ref

_ELSEWHERE = (DEPENDENCY_DOWN.code, DEPENDENCY_SLOW.code)


def leads_on(chains: list[Chain]) -> bool:
    """A look at the workload alone does not end it: nothing is wrong with it, or somebody else is to blame."""
    return not chains or any(chain.root.code in _ELSEWHERE for chain in chains)


def concerning(seen: Observation, chains: list[Chain], target: Ref) -> list[Chain]:
    """In the order in which they come."""
    own = {target, *_around(seen, target)}
    return [
        chain for chain in chains if any(each.target in own for each in (chain.root, *chain.symptoms, *chain.breaks))
    ]


def _around(seen: Observation, target: Ref) -> Iterator[Ref]:
    """The Services that select it or nearly do, what leads to them, its autoscalers and budgets."""
    own: list[dict[str, str]] = [outline.labels for outline in seen.outlines if outline.ref == target]
    labels = own[0] if own else {}
    for service in seen.services:
        near = None if service.ready else nearest(seen, service)
        if selects(service, labels, target.namespace) or (near is not None and near.outline.ref == target):
            yield service.ref
            yield from _before(seen, service.ref)
    yield from (scaler.ref for scaler in seen.autoscalers if scaler.target == target)
    for budget in seen.budgets:
        same = budget.ref.namespace == target.namespace
        if same and budget.selector and budget.selector.items() <= labels.items():
            yield budget.ref


def _before(seen: Observation, service: Ref) -> Iterator[Ref]:
    """Routes that lead to a Service, or should, with their Gateways."""
    for route in seen.routes:
        if service in (route.service, route.declared) or _astray(route, service):
            yield route.ingress
            for each in seen.gateway_routes:
                yield from (parent.gateway for parent in each.parents if each.ref == route.ingress)


def _astray(route: RouteSeen, service: Ref) -> bool:
    """It is called like the Service, and leads to one that is not there."""
    same = (route.ingress.namespace, route.ingress.name) == (service.namespace, service.name)
    return same and route.service_missing
