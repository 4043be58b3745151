"""Objects of the Gateway API as values: https://gateway-api.sigs.k8s.io/reference/spec/."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from incident_mcp.cluster.conditions import conditions_seen
from incident_mcp.cluster.json_parts import Json, count, items, part, text
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.cluster.selectors import label_query
from incident_mcp.vocabulary.gateway_seen import (
    GatewayClassSeen,
    GatewayRouteSeen,
    GatewaySeen,
    ListenerSeen,
    ParentSeen,
)
from incident_mcp.vocabulary.observation import RouteSeen
from incident_mcp.vocabulary.refs import Ref

GROUP = "gateway.networking.k8s.io"
PATHS = 40
"""Of one route, so many are looked at."""


@dataclass(frozen=True, slots=True)
class Grants:
    """What the ReferenceGrants say; `known` are the namespaces in which they could be read."""

    objects: tuple[Json, ...]
    known: frozenset[str]

    def let(self, source: Ref, target: Ref) -> bool:
        """Whether `source` may name `target`. Where grants could not be read, nobody is accused."""
        if source.namespace == target.namespace or target.namespace not in self.known:
            return True
        return any(_lets(each, source, target) for each in self.objects)


def _lets(grant: Json, source: Ref, target: Ref) -> bool:
    if text(grant, "metadata", "namespace") != target.namespace:
        return False
    named = any(
        (text(each, "group"), text(each, "kind"), text(each, "namespace")) == (GROUP, source.kind, source.namespace)
        for each in items(grant, "spec", "from")
    )
    return named and any(
        text(each, "group") == "" and text(each, "kind") == target.kind and text(each, "name") in ("", target.name)
        for each in items(grant, "spec", "to")
    )


def gateway_class_seen(thing: Json) -> GatewayClassSeen:
    return GatewayClassSeen(name=thing["metadata"]["name"], conditions=conditions_seen(part(thing, "status")))


def gateway_seen(thing: Json, grants: Grants, admitted: Mapping[str, tuple[str, ...]]) -> GatewaySeen:
    """`admitted`: the namespaces that fit a selector, by its query."""
    ref = ref_of(thing, "Gateway")
    states = {text(each, "name"): each for each in items(thing, "status", "listeners")}
    return GatewaySeen(
        ref=ref,
        class_name=text(thing, "spec", "gatewayClassName"),
        listeners=tuple(
            _listener(ref, each, states.get(text(each, "name"), {}), grants, admitted.get(chosen(each)))
            for each in items(thing, "spec", "listeners")
        ),
        conditions=conditions_seen(part(thing, "status")),
    )


def chosen(listener: Json) -> str:
    """The query for the namespaces whose routes it takes, where it chooses them by labels; else empty."""
    if text(listener, "allowedRoutes", "namespaces", "from") != "Selector":
        return ""
    try:
        return label_query(part(listener, "allowedRoutes", "namespaces", "selector"))
    except KeyError:  # no selector that the API server would take: nobody knows whom it means
        return ""


def _listener(
    gateway: Ref, listener: Json, state: Json, grants: Grants, admitted: tuple[str, ...] | None
) -> ListenerSeen:
    secrets = tuple(
        Ref(kind="Secret", namespace=text(each, "namespace") or gateway.namespace, name=text(each, "name"))
        for each in items(listener, "tls", "certificateRefs")
        if text(each, "kind") in ("", "Secret") and text(each, "name")
    )
    admits = text(listener, "allowedRoutes", "namespaces", "from")
    return ListenerSeen(
        name=text(listener, "name"),
        hostname=text(listener, "hostname"),
        port=count(listener, "port"),
        protocol=text(listener, "protocol"),
        secrets=secrets,
        ungranted=tuple(each for each in secrets if not grants.let(gateway, each)),
        admits=cast("Literal['Same']", admits) if admits in ("All", "Selector", "None") else "Same",
        admitted=admitted,
        kinds=tuple(text(each, "kind") for each in items(listener, "allowedRoutes", "kinds")),
        attached=count(state, "attachedRoutes") if "attachedRoutes" in state else None,
        conditions=conditions_seen(state),
    )


def gateway_route_seen(thing: Json, kind: str) -> GatewayRouteSeen:
    """Its hosts as it says itself; parents that are no Gateways (a mesh's Services) are left out."""
    ref = ref_of(thing, kind)
    hosts = cast("list[Any]", part(thing, "spec").get("hostnames") or [])
    return GatewayRouteSeen(
        ref=ref,
        hosts=tuple(str(host) for host in hosts),
        parents=tuple(
            _parent(thing, ref, each)
            for each in items(thing, "spec", "parentRefs")
            if text(each, "kind") in ("", "Gateway")
        ),
    )


def _parent(thing: Json, ref: Ref, parent: Json) -> ParentSeen:
    gateway, section = _gateway(ref, parent), text(parent, "sectionName")
    states = [
        each
        for each in items(thing, "status", "parents")
        if _gateway(ref, part(each, "parentRef")) == gateway and text(each, "parentRef", "sectionName") == section
    ]
    conditions = [each for state in states for each in conditions_seen(state)]
    return ParentSeen(gateway=gateway, section=section, port=count(parent, "port"), conditions=tuple(conditions))


def _gateway(ref: Ref, parent: Json) -> Ref:
    return Ref(kind="Gateway", namespace=text(parent, "namespace") or ref.namespace, name=text(parent, "name"))


def paths_of(thing: Json, route: GatewayRouteSeen, grants: Grants) -> Iterator[RouteSeen]:
    """Each host and path of the route with each Service behind it, the first `PATHS`."""
    found = (
        RouteSeen(
            ingress=route.ref, host=host, path=path, service=service, port=port, granted=grants.let(route.ref, service)
        )
        for host in route.hosts or (_without_host(route),)
        for rule in items(thing, "spec", "rules")
        for service, port in _backends(route.ref, rule)
        for path in _paths(rule)
    )
    unique = dict.fromkeys((each.host, each.path, each.service, each.port, each.granted) for each in found)
    for host, path, service, port, granted in list(unique)[:PATHS]:
        yield RouteSeen(ingress=route.ref, host=host, path=path, service=service, port=port, granted=granted)


def _without_host(route: GatewayRouteSeen) -> str:
    """TCP has no hosts: what is asked for is a port of the Gateway."""
    if route.ref.kind not in ("TCPRoute", "UDPRoute") or not route.parents:
        return "*"
    first = route.parents[0]
    return f"{first.gateway.name}:{first.section or first.port or '*'}"


def _backends(route: Ref, rule: Json) -> Iterator[tuple[Ref, str]]:
    for each in items(rule, "backendRefs"):
        weightless = each.get("weight") == 0
        if text(each, "kind") in ("", "Service") and text(each, "group") == "" and not weightless:
            namespace = text(each, "namespace") or route.namespace
            yield Ref(kind="Service", namespace=namespace, name=text(each, "name")), text(each, "port")


def _paths(rule: Json) -> list[str]:
    """`/checkout` of HTTP, `/shop.Cart/Add` of gRPC."""
    found: list[str] = []
    for match in items(rule, "matches"):
        service, method = text(match, "method", "service"), text(match, "method", "method")
        called = f"/{service}/{method}".rstrip("/") if service else ""
        found.append(text(match, "path", "value") or called or "/")
    return list(dict.fromkeys(found)) or ["/"]
