"""Load balancers that are not made, or not kept up to date: by the events of whoever makes them, and by time."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.network import BALANCER_FAILING, BALANCER_PENDING
from incident_mcp.investigate.rules.services import in_scope
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.text.words import clock, listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.network_seen import BalancerSeen
from incident_mcp.vocabulary.observation import EventSeen, Observation, ServiceSeen

PATIENCE = timedelta(minutes=10)
"""Clouds take up to five minutes for one."""
LATELY = timedelta(minutes=20)
"""The service controller tries again at least every five minutes, others every quarter of an hour."""
_REASONS = ("FailedBuildModel", "FailedDeployModel", "AllocationFailed", "FailedNetworkConfig")
"""Of controllers that don't say LoadBalancer: of AWS, MetalLB and the like."""
_UNDONE = "DeleteLoadBalancer"
"""It is on its way out."""


def find(seen: Observation) -> Iterator[Finding]:
    asking = [(each, each.balancer) for each in seen.services if each.balancer and in_scope(seen, each)]
    served = any(balancer.placed for _, balancer in asking)
    for service, balancer in asking:
        event = _refused(seen, service)
        if balancer.placed and (event or balancer.errors):
            yield _failing(service, balancer, event)
        elif event:
            yield _refusal(service, event)
        elif not balancer.placed and not recent(balancer.asked, seen.at, PATIENCE):
            yield _waiting(seen, service, balancer, served=served)


def _refused(seen: Observation, service: ServiceSeen) -> EventSeen | None:
    """The latest warning about its load balancer."""
    told = (each for each in seen.events if each.uid == service.uid and each.warning and _is_about_it(each))
    return next((each for each in told if recent(each.last, seen.at, LATELY)), None)


def _is_about_it(event: EventSeen) -> bool:
    return event.reason in _REASONS or ("LoadBalancer" in event.reason and _UNDONE not in event.reason)


def _refusal(service: ServiceSeen, event: EventSeen) -> Finding:
    return finding(
        BALANCER_PENDING,
        target=service.ref,
        severity="critical",
        summary=f"its load balancer is not made ({event.reason}): nobody outside reaches it",
        evidence=(_no_address(service), _said(service, event)),
        next_step="Read the event: quota, rights or subnets of the cloud, or an annotation that it does not accept.",
        since=event.first,
    )


def _waiting(seen: Observation, service: ServiceSeen, balancer: BalancerSeen, *, served: bool) -> Finding:
    """Where no other Service has one either, nobody may be there to make any, and nobody may expect it."""
    return finding(
        BALANCER_PENDING,
        target=service.ref,
        severity="warning" if served else "notice",
        summary=f"it has no load balancer; it was made at {clock(balancer.asked, seen.at)} UTC, and no event says why",
        evidence=(_no_address(service),),
        next_step="See the log of whoever makes load balancers here, and its class and annotations.",
        since=balancer.asked,
    )


def _failing(service: ServiceSeen, balancer: BalancerSeen, event: EventSeen | None) -> Finding:
    what = event.reason if event else listed(balancer.errors)
    ports = Evidence(source=f"{service.ref}, status.loadBalancer", value=listed(balancer.errors))
    return finding(
        BALANCER_FAILING,
        target=service.ref,
        severity="warning",
        summary=f"its load balancer can't be brought up to date ({what})",
        evidence=(_said(service, event),) if event else (ports,),
        next_step="Read the event: nodes that came lately, and ports that were added, may not be served.",
        since=event.first if event else None,
    )


def _no_address(service: ServiceSeen) -> Evidence:
    return Evidence(source=f"{service.ref}, status.loadBalancer", value="no address")


def _said(service: ServiceSeen, event: EventSeen) -> Evidence:
    return Evidence(source=f"event {event.reason} about {service.ref}", value=event.message, at=event.last)
