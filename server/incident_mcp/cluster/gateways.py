"""The Gateway API, where the cluster serves it: Gateways, what is attached to them, and the Services behind.

Whole lists, since neither tables nor conditions tell which routes lead nowhere. What a route names in other namespaces
is looked up where it is named: the Gateway, the ports of the Service, and the grants that let it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from incident_mcp.cluster import gateway_objects as objects
from incident_mcp.cluster.gateway_objects import Grants, chosen, gateway_class_seen, gateway_route_seen, gateway_seen
from incident_mcp.cluster.json_parts import Json, items
from incident_mcp.cluster.kinds import checked_name, collection, is_name
from incident_mcp.cluster.lists import NAMESPACES, read_list
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.service_ports import ServicePorts, read_service_ports
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.gateway_seen import GatewayClassSeen, GatewayRouteSeen, GatewaySeen, ParentSeen
from incident_mcp.vocabulary.observation import RouteSeen
from incident_mcp.vocabulary.refs import Ref

WHAT = "Gateway API"
_ROUTES = {
    "httproutes": "HTTPRoute",
    "grpcroutes": "GRPCRoute",
    "tlsroutes": "TLSRoute",
    "tcproutes": "TCPRoute",
    "udproutes": "UDPRoute",
}
_ELSEWHERE = 10
"""Gateways of other namespaces that are looked up by name."""


@dataclass(slots=True)
class Gateways:
    """What was read of them."""

    gateways: list[GatewaySeen] = field(default_factory=list[GatewaySeen])
    classes: list[GatewayClassSeen] | None = None
    routes: list[GatewayRouteSeen] = field(default_factory=list[GatewayRouteSeen])
    paths: list[RouteSeen] = field(default_factory=list[RouteSeen])


@dataclass(slots=True)
class _Lists:
    gateways: list[Json] = field(default_factory=list[Json])
    classes: list[Json] = field(default_factory=list[Json])
    grants: list[Json] = field(default_factory=list[Json])
    routes: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])


async def read_gateways(look: Look, roots: dict[str, str], namespaces: list[str], into: Gateways) -> None:
    """Add those of these namespaces; no namespaces mean all. `roots`: which of its kinds are served, and where."""
    if "gateways" not in roots:
        return
    lists = _Lists()
    jobs = [
        partial(read_list, look, WHAT, roots[plural], plural, namespaces, lists.routes.setdefault(kind, []))
        for plural, kind in _ROUTES.items()
        if plural in roots
    ]
    jobs.append(partial(read_list, look, WHAT, roots["gateways"], "gateways", namespaces, lists.gateways))
    await together([*jobs, partial(_classes, look, roots, lists, into)])
    routes = [(gateway_route_seen(each, kind), each) for kind, those in lists.routes.items() for each in those]
    named = {parent.gateway for route, _ in routes for parent in route.parents}
    known = await _named_elsewhere(look, roots, named, lists.gateways, namespaces)
    grants = await _grants(look, roots, routes, lists)
    admitted = await _admitted(look, lists.gateways, {route.ref.namespace or "" for route, _ in routes})
    into.gateways.extend(gateway_seen(each, grants, admitted) for each in lists.gateways)
    by_ref = {gateway.ref: gateway for gateway in into.gateways}
    for route, thing in routes:
        whole = _completed(route, by_ref, known)
        into.routes.append(whole)
        into.paths.extend(objects.paths_of(thing, whole, grants))
    ports = await read_service_ports(look, [path.service for path in into.paths])
    into.paths[:] = [_with_ports(path, ports) for path in into.paths]


async def _classes(look: Look, roots: dict[str, str], lists: _Lists, into: Gateways) -> None:
    if "gatewayclasses" not in roots:
        return
    path = f"{roots['gatewayclasses']}/gatewayclasses"
    answer = await look.ask("Gateway classes", partial(look.api.get_json, path), None)
    if answer is not None:
        into.classes = [gateway_class_seen(each) for each in items(answer, "items")]


async def _named_elsewhere(
    look: Look, roots: dict[str, str], named: Iterable[Ref], gateways: list[Json], namespaces: list[str]
) -> set[Ref]:
    """Add the Gateways that routes name outside of these namespaces; those of which it is known whether they are
    there are returned.
    """
    inside = {ref for ref in named if WHAT in look.looked_at and (not namespaces or ref.namespace in namespaces)}
    outside = sorted({ref for ref in named if ref not in inside and is_name(ref.name)}, key=str)
    known = set(inside)

    async def read(ref: Ref) -> None:
        path = f"{roots['gateways']}/namespaces/{checked_name(ref.namespace or '')}/gateways/{checked_name(ref.name)}"

        async def call() -> Json:
            try:
                return await look.api.get_json(path)
            except NotFound:
                return {"there": False}

        answer = await look.ask(WHAT, call, {}, where=ref.namespace or "")
        if answer:
            known.add(ref)
        if "metadata" in answer:
            gateways.append(answer)

    await together([partial(read, ref) for ref in outside[:_ELSEWHERE]])
    return known


async def _grants(
    look: Look, roots: dict[str, str], routes: list[tuple[GatewayRouteSeen, Json]], lists: _Lists
) -> Grants:
    """Those of the namespaces into which something reaches from another one."""
    nobody = Grants((), frozenset())
    reached = {
        path.service.namespace or ""
        for route, thing in routes
        for path in objects.paths_of(thing, route, nobody)
        if path.service.namespace != route.ref.namespace
    }
    for each in lists.gateways:
        gateway = gateway_seen(each, nobody, {})
        named = {secret.namespace or "" for listener in gateway.listeners for secret in listener.secrets}
        reached |= named - {gateway.ref.namespace}
    if not reached or "referencegrants" not in roots:
        return nobody
    known: set[str] = set()

    async def read(namespace: str) -> None:
        path = f"{roots['referencegrants']}/namespaces/{checked_name(namespace)}/referencegrants"
        answer = await look.ask("reference grants", partial(look.api.get_json, path), None, where=namespace)
        if answer is not None:
            known.add(namespace)
            lists.grants.extend(items(answer, "items"))

    await together([partial(read, namespace) for namespace in sorted(filter(is_name, reached))[:NAMESPACES]])
    return Grants(tuple(lists.grants), frozenset(known))


async def _admitted(look: Look, gateways: list[Json], namespaces: set[str]) -> dict[str, tuple[str, ...]]:
    """For listeners that choose namespaces by labels: which of these namespaces fit, by the selector as a query."""
    found: dict[str, tuple[str, ...]] = {}
    queries = {query for gateway in gateways for each in items(gateway, "spec", "listeners") if (query := chosen(each))}

    async def read(query: str) -> None:
        path = collection("Namespace", None)
        call = partial(look.api.table, path, params={"labelSelector": query})
        table = await look.ask("namespaces' labels", call, None)
        if table is not None:
            names = {str(row.cells[table.column("Name")]) for row in table.rows}
            found[query] = tuple(sorted(names & namespaces))

    await together([partial(read, query) for query in sorted(queries)[:NAMESPACES]])
    return found


def _completed(route: GatewayRouteSeen, gateways: dict[Ref, GatewaySeen], known: set[Ref]) -> GatewayRouteSeen:
    """With its listeners' hosts where it names none, and whether its Gateways are there."""
    parents = tuple(
        parent.model_copy(update={"exists": parent.gateway in gateways if parent.gateway in known else None})
        for parent in route.parents
    )
    hosts = route.hosts or tuple(_listened(parents, gateways))
    return route.model_copy(update={"parents": parents, "hosts": hosts})


def _listened(parents: tuple[ParentSeen, ...], gateways: dict[Ref, GatewaySeen]) -> dict[str, None]:
    return {
        listener.hostname: None
        for parent in parents
        if (gateway := gateways.get(parent.gateway))
        for listener in gateway.listeners
        if listener.hostname and parent.section in ("", listener.name)
    }


def _with_ports(path: RouteSeen, ports: ServicePorts) -> RouteSeen:
    there = ports.get(path.service.namespace or "")
    if there is None:
        return path
    found = there.get(path.service.name)
    return path.model_copy(update={"service_missing": found is None, "service_ports": found or ()})
