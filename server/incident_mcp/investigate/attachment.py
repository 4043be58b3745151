"""Whether a route is attached to a Gateway: what its controller says, else what the objects themselves say.

A controller's word counts. Where none has spoken, the same rules are applied that controllers have to apply:
https://gateway-api.sigs.k8s.io/reference/spec/ (ParentReference, Listener, AllowedRoutes).
"""

from incident_mcp.text.words import listed
from incident_mcp.vocabulary.condition import condition
from incident_mcp.vocabulary.gateway_seen import GatewayRouteSeen, GatewaySeen, ListenerSeen, ParentSeen

_TAKES = {
    "HTTP": ("HTTPRoute", "GRPCRoute"),
    "HTTPS": ("HTTPRoute", "GRPCRoute"),
    "TLS": ("TLSRoute", "TCPRoute"),
    "TCP": ("TCPRoute",),
    "UDP": ("UDPRoute",),
}
_WITH_HOSTS = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def why_detached(route: GatewayRouteSeen, parent: ParentSeen, gateway: GatewaySeen | None) -> str:
    """In words, after *it is not attached:*; empty when it is, or nobody knows."""
    refused = condition(parent.conditions, "Accepted", "False")
    if refused is None and (condition(parent.conditions, "Accepted") or gateway is None):
        return ""
    found = _told_by_objects(route, parent, gateway) if gateway else ""
    return found or (f"{parent.gateway} does not accept it ({refused.reason})" if refused else "")


def _told_by_objects(route: GatewayRouteSeen, parent: ParentSeen, gateway: GatewaySeen) -> str:
    """The first rule that leaves no listener."""
    meant = [each for each in gateway.listeners if _is_meant(each, parent)]
    if not meant:
        wanted = f"listener {parent.section}" if parent.section else f"listener on port {parent.port}"
        names = listed([each.name for each in gateway.listeners], most=4) or "none"
        return f"{gateway.ref} has no {wanted}, it has {names}"
    let_in = [each for each in meant if _admits(each, route, gateway)]
    if not let_in:
        return f"{_words(meant)} of {gateway.ref} takes no routes of namespace {route.ref.namespace}"
    of_kind = [each for each in let_in if _takes(each, route)]
    if not of_kind:
        return f"{_words(let_in)} of {gateway.ref} takes no {route.ref.kind}"
    if not any(_fits(each, route) for each in of_kind):
        hosts = listed([each.hostname for each in of_kind], most=4)
        return f"none of its hosts fits {_words(of_kind)} of {gateway.ref} ({hosts})"
    return ""


def _words(listeners: list[ListenerSeen]) -> str:
    return f"listener {listeners[0].name}" if len(listeners) == 1 else "no listener"


def _is_meant(listener: ListenerSeen, parent: ParentSeen) -> bool:
    return parent.section in ("", listener.name) and parent.port in (0, listener.port)


def _admits(listener: ListenerSeen, route: GatewayRouteSeen, gateway: GatewaySeen) -> bool:
    if listener.admits == "Same":
        return route.ref.namespace == gateway.ref.namespace
    if listener.admits == "Selector":
        return listener.admitted is None or route.ref.namespace in listener.admitted
    return listener.admits == "All"


def _takes(listener: ListenerSeen, route: GatewayRouteSeen) -> bool:
    """Protocols that somebody invented are not judged."""
    kinds = listener.kinds or _TAKES.get(listener.protocol, (route.ref.kind,))
    return route.ref.kind in kinds


def _fits(listener: ListenerSeen, route: GatewayRouteSeen) -> bool:
    if not listener.hostname or not route.hosts or route.ref.kind not in _WITH_HOSTS:
        return True
    return any(overlap(listener.hostname, host) for host in route.hosts)


def overlap(one: str, other: str) -> bool:
    """Whether some name fits both; here a wildcard stands for any number of labels, but at least one."""
    if one == other:
        return True
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    wild, name = (one, other) if one.startswith("*.") else (other, one)
    return wild.startswith("*.") and name.endswith(wild[1:]) and len(name) > len(wild) - 1
