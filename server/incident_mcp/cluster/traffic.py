"""What stands between a user and the pods: Ingress paths, Services, and the addresses behind them.

Endpoint slices are read, not the old Endpoints: those are cut off at 1,000 addresses and are going away.
"""

from collections import defaultdict
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.vocabulary.observation import RouteSeen, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

SERVICE_LABEL = "kubernetes.io/service-name"
_Counts = dict[str, tuple[int, int]]


async def read_traffic(look: Look, namespaces: list[str], services: list[ServiceSeen], routes: list[RouteSeen]) -> None:
    """Add the Services with a selector, and all Ingress paths, of these namespaces, as they come."""
    await together([lambda n=namespace: _of_namespace(look, n, services, routes) for namespace in namespaces])


async def _of_namespace(look: Look, namespace: str, services: list[ServiceSeen], routes: list[RouteSeen]) -> None:
    lists: dict[str, list[dict[str, Any]]] = {}

    async def read(what: str, kind: str) -> None:
        path = collection(kind, namespace)
        answer = await look.ask(what, lambda: look.api.get_json(path), None, where=namespace)
        if answer is not None:
            lists[kind] = items(answer, "items")

    pairs = (("services", "Service"), ("endpoints", "EndpointSlice"), ("ingresses", "Ingress"))
    try:
        await together([lambda w=what, k=kind: read(w, k) for what, kind in pairs])
    finally:  # when the time is over, what has come counts
        if "EndpointSlice" in lists:  # without them, nobody can say that nothing is behind
            services.extend(services_seen(lists.get("Service", []), lists["EndpointSlice"]))
        known = _names(lists.get("Service"))
        routes.extend(route for ingress in lists.get("Ingress", []) for route in routes_seen(ingress, known))


def services_seen(services: list[dict[str, Any]], slices: list[dict[str, Any]]) -> list[ServiceSeen]:
    """Services that select pods, each with the addresses of all its slices."""
    counts = _addresses(slices)
    return [
        ServiceSeen(
            ref=Ref(kind="Service", namespace=each["metadata"].get("namespace"), name=each["metadata"]["name"]),
            selector=selector,
            ready=counts.get(each["metadata"]["name"], (0, 0))[0],
            not_ready=counts.get(each["metadata"]["name"], (0, 0))[1],
            external=text(each, "spec", "type") in ("LoadBalancer", "NodePort"),
        )
        for each in services
        if (selector := part(each, "spec", "selector"))
    ]


def _addresses(slices: list[dict[str, Any]]) -> _Counts:
    """Ready and not ready endpoints by service. A dual-stack pod stands in one slice of each family: counted once."""
    seen: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for each in slices:
        service = text(each, "metadata", "labels", SERVICE_LABEL)
        for endpoint in items(each, "endpoints") if service else []:
            ready = part(endpoint, "conditions").get("ready")
            target = text(endpoint, "targetRef", "uid") or text(endpoint, "addresses")
            seen[service][target] = ready is None or bool(ready)  # unset means ready, says the API
    return {name: (sum(ready.values()), len(ready) - sum(ready.values())) for name, ready in seen.items()}


def _names(services: list[dict[str, Any]] | None) -> set[str] | None:
    return None if services is None else {str(each["metadata"]["name"]) for each in services}


def routes_seen(ingress: dict[str, Any], services: set[str] | None = None) -> list[RouteSeen]:
    """All paths of an Ingress; `services` are the names in its namespace, None when nobody could read them."""
    meta = ingress["metadata"]
    ref = Ref(kind="Ingress", namespace=meta.get("namespace"), name=meta["name"])
    backends: list[tuple[str, str, dict[str, Any]]] = [
        (text(rule, "host") or "*", text(path, "path") or "/", part(path, "backend"))
        for rule in items(ingress, "spec", "rules")
        for path in items(rule, "http", "paths")
    ]
    if default := part(ingress, "spec", "defaultBackend"):
        backends.append(("*", "/", default))
    return [
        RouteSeen(
            ingress=ref,
            host=host,
            path=path,
            service=Ref(kind="Service", namespace=ref.namespace, name=name),
            service_missing=services is not None and name not in services,
        )
        for host, path, backend in backends
        if (name := text(backend, "service", "name"))
    ]
