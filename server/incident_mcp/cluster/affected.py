"""In a large cluster, only what stands before the unwell: Services that select them, and the Ingresses before those.

One list of all Services and one of all Ingresses, which are small beside the pods; then the endpoint slices of the
Services that matter, by their label. What healthy workloads declare is not read here: a selector or a port that misses
pods which are all well shows in a look at their namespace.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from incident_mcp.cluster.ingresses import ingress_seen, routes_seen
from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.services import SERVICE_LABEL, services_seen
from incident_mcp.cluster.traffic import Lists, Traffic, of_cluster, of_namespaces, read_classes

AT_ONCE = 50
"""Services whose slices are asked for by one query: their names must fit into a URL."""
_Services = dict[str, list[dict[str, Any]]]
_Labels = dict[str, list[dict[str, str]]]


async def read_affected(look: Look, labels: _Labels, namespaces: list[str], into: Traffic) -> None:
    """Add the Services of these namespaces that select pods with such labels, by namespace, and all Ingresses."""
    lists: Lists = {}
    kinds = (("services", "Service"), ("ingresses", "Ingress"))
    await together([partial(of_cluster, look, what, kind, namespaces, lists) for what, kind in kinds])
    services = {space: each for space, each in lists.get("Service", {}).items() if space in namespaces}
    chosen = {space: list(_selecting(services.get(space, []), labels[space])) for space in labels if space in services}
    await _read_slices(look, {space: those for space, those in chosen.items() if those}, into)
    for namespace in namespaces:
        _add_routes(into, lists.get("Ingress", {}).get(namespace, []), services.get(namespace))
    await read_classes(look, into)


def _selecting(services: Iterable[dict[str, Any]], labels: list[dict[str, str]]) -> Iterator[dict[str, Any]]:
    for service in services:
        selector = part(service, "spec", "selector").items()
        if selector and any(selector <= each.items() for each in labels):
            yield service


async def _read_slices(look: Look, chosen: _Services, into: Traffic) -> None:
    """Add these Services with the addresses behind them. A name may stand in several namespaces: all are answered."""
    names = sorted({each["metadata"]["name"] for those in chosen.values() for each in those})
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    refused: list[bool] = []

    async def read(some: list[str]) -> None:
        params = {"labelSelector": f"{SERVICE_LABEL} in ({','.join(some)})"}
        call = partial(look.api.get_json, collection("EndpointSlice", None), params=params)
        answer = await look.ask("endpoints", call, None, note=False)
        refused.append(answer is None)
        for each in items(answer or {}, "items"):
            found[text(each, "metadata", "namespace")].append(each)

    await together([partial(read, names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)])
    if any(refused):
        lists: Lists = {}
        await of_namespaces(look, "endpoints", "EndpointSlice", list(chosen), lists)
        found, chosen = (
            defaultdict(list, lists.get("EndpointSlice", {})),
            {space: those for space, those in chosen.items() if space in lists.get("EndpointSlice", {})},
        )
    for space, those in chosen.items():
        into.services.extend(services_seen(those, found[space]))


def _add_routes(into: Traffic, ingresses: list[dict[str, Any]], services: list[dict[str, Any]] | None) -> None:
    known = None if services is None else {str(each["metadata"]["name"]) for each in services}
    for ingress in ingresses:
        into.ingresses.append(ingress_seen(ingress))
        into.routes.extend(routes_seen(ingress, known))
