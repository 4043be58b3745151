"""Routes of the Gateway API that reach nobody: their Gateway is not there, does not take them, or does not work."""

from collections.abc import Iterator

from incident_mcp.investigate.attachment import why_detached
from incident_mcp.investigate.kinds.gateways import (
    GATEWAY_MISSING,
    ROUTE_DETACHED,
    ROUTE_UNRESOLVED,
    ROUTE_UNSERVED,
)
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.rules.gateways import broken_gateways, broken_listeners
from incident_mcp.investigate.sufferers import finding
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.gateway_seen import GatewayRouteSeen, GatewaySeen, ParentSeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

HOSTS = 5
"""Hosts of one route that are named one by one."""
_TOLD_BY_PATHS = ("BackendNotFound", "RefNotPermitted")
"""The rule of the paths finds these by itself, and names the Service."""


def find(seen: Observation) -> Iterator[Finding]:
    if seen.scope.workload is not None:
        return
    gateways = {gateway.ref: gateway for gateway in seen.gateways}
    broken = broken_gateways(seen)
    for route in seen.gateway_routes:
        troubles = [_Trouble.of(route, parent, gateways.get(parent.gateway), broken) for parent in route.parents]
        whole = [each for each in troubles if each is not None]
        severity: Gravity = "critical" if len(whole) == len(troubles) else "warning"
        for trouble in whole:
            yield from trouble.findings(route, severity)
        yield from _unresolved(seen, route)


class _Trouble:
    """Why a route is not served through one of its Gateways."""

    def __init__(self, kind: Kind, parent: ParentSeen, words: str, because: Ref | None = None) -> None:
        self.kind = kind
        self.parent = parent
        self.words = words
        self.because = because

    @classmethod
    def of(
        cls, route: GatewayRouteSeen, parent: ParentSeen, gateway: GatewaySeen | None, broken: set[Ref]
    ) -> "_Trouble | None":
        if parent.exists is False:
            return cls(GATEWAY_MISSING, parent, f"{parent.gateway} does not exist")
        if why := why_detached(route, parent, gateway):
            return cls(ROUTE_DETACHED, parent, why)
        if gateway is None:
            return None
        if gateway.ref in broken:
            return cls(ROUTE_UNSERVED, parent, f"{gateway.ref} does not work", gateway.ref)
        its = {parent.section} if parent.section else {each.name for each in gateway.listeners}
        if its and its <= broken_listeners(gateway):
            return cls(ROUTE_UNSERVED, parent, f"its listener of {gateway.ref} does not work", gateway.ref)
        return None

    def findings(self, route: GatewayRouteSeen, severity: Gravity) -> Iterator[Finding]:
        for host in route.hosts[:HOSTS] or ("*",):
            yield finding(
                self.kind,
                target=route.ref,
                severity=severity,
                summary=f"{host} is not served: {self.words}",
                evidence=(Evidence(source=f"{route.ref}, parentRefs", value=self._named()), *self._told()),
                next_step=self._next_step(),
                because_of=self.because,
            )

    def _named(self) -> str:
        return f"{self.parent.gateway}{f', listener {self.parent.section}' if self.parent.section else ''}"

    def _told(self) -> tuple[Evidence, ...]:
        off = condition(self.parent.conditions, "Accepted", "False")
        if off is None:
            return ()
        return (Evidence(source=f"its condition Accepted ({off.reason})", value=off.message, at=off.since),)

    def _next_step(self) -> str:
        if self.because is not None:
            return f"Repair {self.because}."
        if self.kind is GATEWAY_MISSING:
            return "Correct the Gateway's name in parentRefs, or make the Gateway."
        return "Correct parentRefs or hostnames of the route, or what the Gateway's listener takes."


def _unresolved(seen: Observation, route: GatewayRouteSeen) -> Iterator[Finding]:
    """What a controller can't resolve, and no rule of ours explains."""
    paths = [each for each in seen.routes if each.ingress == route.ref]
    explained = any(each.service_missing or not each.granted for each in paths)
    for parent in route.parents:
        off = condition(parent.conditions, "ResolvedRefs", "False")
        if off is None or (explained and off.reason in _TOLD_BY_PATHS):
            continue
        for host in route.hosts[:HOSTS] or ("*",):
            yield finding(
                ROUTE_UNRESOLVED,
                target=route.ref,
                severity="critical",
                summary=f"{host} answers 500: {parent.gateway} can't resolve what the route names ({off.reason})",
                evidence=(Evidence(source=f"{route.ref}, condition ResolvedRefs", value=off.message, at=off.since),),
                next_step="Compare the route's backends with what there is.",
                since=off.since,
            )
        return
