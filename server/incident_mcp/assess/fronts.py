"""Where users would ask for the routes that are hurt: once for each host, as its Ingress or Gateway serves it."""

import re
from collections.abc import Iterator

from incident_mcp.vocabulary.front import Front
from incident_mcp.vocabulary.gateway_seen import ListenerSeen
from incident_mcp.vocabulary.observation import Observation, RouteSeen

_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*", re.IGNORECASE)
_ADDRESS = re.compile(r"[\d.]+|.*:.*")
_PLAIN = re.compile(r"/[A-Za-z0-9._~/-]{0,200}")
"""What of a path is taken as it stands; a pattern (`/api(/|$)(.*)`) is asked for up to where it begins."""
_PORTS = (80, 443, 8080, 8443)
_WEB = {"HTTP": False, "HTTPS": True}


def fronts(seen: Observation, routes: tuple[RouteSeen, ...]) -> tuple[Front, ...]:
    """In the order of the routes. Wildcards, bare addresses and what is no web are left out."""
    found = (front for route in routes for front in _fronts(seen, route))
    return tuple({front.host: front for front in reversed(list(found))}.values())[::-1]


def _fronts(seen: Observation, route: RouteSeen) -> Iterator[Front]:
    host = route.host.rstrip(".").lower()
    if len(host) > 253 or not _HOST.fullmatch(host) or _ADDRESS.fullmatch(host):
        return
    path = _PLAIN.match(route.path)
    where = path[0] if path else "/"
    if route.ingress.kind == "Ingress":
        secure = any(
            host in tls.hosts or f"*.{host.partition('.')[2]}" in tls.hosts
            for ingress in seen.ingresses
            if ingress.ref == route.ingress
            for tls in ingress.tls
        )
        yield Front(host=host, port=443 if secure else 80, secure=secure, path=where)
    elif route.ingress.kind in ("HTTPRoute", "GRPCRoute") and (listener := _listener(seen, route)):
        yield Front(host=host, port=listener.port, secure=_WEB[listener.protocol], path=where)


def _listener(seen: Observation, route: RouteSeen) -> ListenerSeen | None:
    """The one that a user would meet, one with TLS before one without."""
    parents = [p for each in seen.gateway_routes if each.ref == route.ingress for p in each.parents]
    meant = [
        listener
        for gateway in seen.gateways
        for parent in parents
        if parent.gateway == gateway.ref
        for listener in gateway.listeners
        if parent.section in ("", listener.name) and listener.protocol in _WEB and listener.port in _PORTS
    ]
    return max(meant, key=lambda each: _WEB[each.protocol], default=None)
