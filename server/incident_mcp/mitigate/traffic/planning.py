"""From a call to the change that it means, and what stands behind it, read from the cluster. No write is made here."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import Literal, Protocol

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.gateway_objects import Grants
from incident_mcp.cluster.groups import served
from incident_mcp.cluster.json_parts import Json, items
from incident_mcp.cluster.kinds import KINDS, checked_name, collection, path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.mitigate.traffic import gateway_api, ingress, istio, service_selector
from incident_mcp.mitigate.traffic.behind import Behind, behind
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.mitigate.warnings.targets import no_such_port, not_granted, overloaded
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.errors import BadRequest, ClusterError, CredentialsError, NotFound
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend

Kind = Literal["Service", "Ingress", "HTTPRoute", "VirtualService"]


class TrafficCall(Protocol):
    """What the tool is given."""

    @property
    def kind(self) -> Kind: ...
    @property
    def namespace(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def to(self) -> str: ...
    @property
    def percent(self) -> int | None: ...
    @property
    def instead_of(self) -> str: ...
    @property
    def selector(self) -> dict[str, str]: ...


async def shift_of(api: Api, look: Look, given: TrafficCall) -> tuple[Shift, list[str]]:
    """The change, and what is to be said of its kind alone.

    Raises `BadRequest` where it is not clear what shall change, or nothing would.
    """
    target = Ref(kind=given.kind, namespace=given.namespace, name=given.name)
    check_fitting(given)
    if given.kind in KINDS:
        path = path_of(target)
        live = await api.get_json(path)
        if given.kind == "Service":
            return service_selector.switched(target, path, live, given.selector), []
        return await _of_ingress(api, target, path, live, given), []
    if given.percent is None:
        raise BadRequest(f"Which share of {target} shall {given.to or 'a backend'} get?", "Give percent, 0 to 100.")
    group, plural = (
        (gateway_api.GROUP, gateway_api.PLURAL) if given.kind == "HTTPRoute" else (istio.GROUP, istio.PLURAL)
    )
    roots = (await served(look, {group: given.kind}))[group]
    if plural not in roots:
        raise BadRequest(f"This cluster serves no {plural}.{group}.", "Name a kind that it has.")
    path = f"{roots[plural]}/namespaces/{checked_name(given.namespace)}/{plural}/{checked_name(given.name)}"
    live = await api.get_json(path)
    if given.kind == "HTTPRoute":
        unresolved = gateway_api.unresolved(live)
        return gateway_api.shifted(target, path, live, given.to, given.percent), [unresolved] if unresolved else []
    return await _of_istio(api, look, roots, target, path, live, given)


async def _of_ingress(api: Api, target: Ref, path: str, live: Json, given: TrafficCall) -> Shift:
    if given.percent is not None:
        listed_all = await api.get_json(collection("Ingress", given.namespace))
        others = [one for one in items(listed_all, "items") if one["metadata"]["name"] != given.name]
        return ingress.canary(target, path, live, given.percent, others)
    ports: list[Json] | None = None
    if given.to:
        service = Ref(kind="Service", namespace=given.namespace, name=given.to)
        with suppress(NotFound):
            ports = items(await api.get_json(path_of(service)), "spec", "ports")
    return ingress.rerouted(target, path, live, given.to, given.instead_of, ports)


async def _of_istio(
    api: Api, look: Look, roots: dict[str, str], target: Ref, path: str, live: Json, given: TrafficCall
) -> tuple[Shift, list[str]]:
    rules: list[Json] | None = None
    if istio.SUBSETS in roots:
        where = f"{roots[istio.SUBSETS]}/namespaces/{target.namespace}/{istio.SUBSETS}"
        answer = await look.ask("destination rules", partial(api.get_json, where), None)
        rules = None if answer is None else items(answer, "items")
    shift = istio.shifted(target, path, live, given.to, given.percent or 0, rules)
    if rules is None:
        return shift, []
    unknown = istio.undefined(shift.parts, live, target.namespace, rules)
    return shift, [f"no DestinationRule of {target.namespace} defines {one}: its share gets 503" for one in unknown]


async def look_behind(api: Api, shift: Shift) -> tuple[dict[str, Behind], list[str]]:
    """What stands behind each part, and the labels of those that gain and can't be told."""
    found: dict[str, Behind] = {}

    async def one(part: Part, backend: Backend) -> None:
        try:
            found[part.label] = await behind(api, backend)
        except CredentialsError:
            raise
        except ClusterError:
            return

    await together([partial(one, part, part.backend) for part in shift.parts if part.backend is not None])
    unread = [part.label for part in shift.gaining if found.get(part.label, Behind(ready=None)).ready is None]
    return found, unread


def short_of(shift: Shift, found: Mapping[str, Behind]) -> list[str]:
    """Ports that are not there, and too few pods for so much."""
    return [*no_such_port(shift.gaining, found), *overloaded(shift.parts, found)]


async def refused_references(api: Api, look: Look, shift: Shift) -> list[str]:
    """Only a route of the Gateway API needs another namespace's word."""
    elsewhere = {
        part.backend.service.namespace or ""
        for part in shift.gaining
        if part.backend and part.backend.service.namespace != shift.target.namespace
    }
    if shift.target.kind != "HTTPRoute" or not elsewhere:
        return []
    roots = (await served(look, {gateway_api.GROUP: "Gateway API"}))[gateway_api.GROUP]
    if "referencegrants" not in roots:
        return []
    grants: list[Json] = []
    known: set[str] = set()
    for space in sorted(elsewhere):
        where = f"{roots['referencegrants']}/namespaces/{checked_name(space)}/referencegrants"
        answer = await look.ask("reference grants", partial(api.get_json, where), None, where=space)
        if answer is not None:
            known.add(space)
            grants += items(answer, "items")
    return [*not_granted(shift.target, shift.gaining, Grants(tuple(grants), frozenset(known)))]


def check_fitting(given: TrafficCall) -> None:
    """Raises `BadRequest` for arguments that mean nothing for that kind, so that nothing is silently left out."""
    means = {
        "Service": ("selector",),
        "Ingress": ("to", "percent", "instead_of"),
        "HTTPRoute": ("to", "percent"),
        "VirtualService": ("to", "percent"),
    }[given.kind]
    said = [name for name in ("to", "percent", "instead_of", "selector") if getattr(given, name) not in ("", None, {})]
    beyond = [name for name in said if name not in means]
    if beyond:
        raise BadRequest(f"{listed(beyond)} means nothing for a {given.kind}.", f"It takes {listed(list(means))}.")
    if given.kind == "Ingress" and given.percent is not None and len(said) > 1:
        raise BadRequest("A canary Ingress has one backend: percent alone says it.", "Leave out to and instead_of.")
