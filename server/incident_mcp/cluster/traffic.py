"""What stands between a user and the pods: Ingress paths, Services, the addresses and the workloads behind them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from incident_mcp.cluster.ingresses import ingress_class_seen, ingress_seen, routes_seen
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.object_meta import leaving_seen
from incident_mcp.cluster.outlines import outline_seen
from incident_mcp.cluster.services import services_seen
from incident_mcp.vocabulary.network_seen import IngressClassSeen, IngressSeen, OutlineSeen
from incident_mcp.vocabulary.observation import RouteSeen, ServiceSeen
from incident_mcp.vocabulary.report_seen import LeavingSeen

_KINDS = (
    ("services", "Service"),
    ("endpoints", "EndpointSlice"),
    ("ingresses", "Ingress"),
    *(("workloads", kind) for kind in WORKLOAD_KINDS),
)
Lists = dict[str, dict[str, list[dict[str, Any]]]]
"""Objects by kind and namespace. What could not be read is not there."""


@dataclass(slots=True)
class Traffic:
    """What was read of some namespaces."""

    services: list[ServiceSeen] = field(default_factory=list[ServiceSeen])
    routes: list[RouteSeen] = field(default_factory=list[RouteSeen])
    ingresses: list[IngressSeen] = field(default_factory=list[IngressSeen])
    classes: list[IngressClassSeen] = field(default_factory=list[IngressClassSeen])
    outlines: list[OutlineSeen] = field(default_factory=list[OutlineSeen])
    leaving: list[LeavingSeen] = field(default_factory=list[LeavingSeen])
    classes_asked: bool = False


async def read_traffic(
    look: Look, namespaces: list[str], into: Traffic, *, whole: bool = False, without: Collection[str] = ()
) -> None:
    """Add what these namespaces hold. `whole`: they are all that there are, and one list a kind tells of them.
    `without`: kinds of which it is known that there are none.
    """
    lists: Lists = {}
    ask = of_cluster if whole else of_namespaces
    kinds = [(what, kind) for what, kind in _KINDS if kind not in without]
    try:
        await together([partial(ask, look, what, kind, namespaces, lists) for what, kind in kinds])
    finally:  # when the time is over, what has come counts
        for namespace in namespaces:
            _add(into, {kind: found[namespace] for kind, found in lists.items() if namespace in found})
    await read_classes(look, into)


async def read_classes(look: Look, into: Traffic) -> None:
    """The classes of Ingresses, once, where there are any Ingresses."""
    if into.ingresses and not into.classes_asked:
        into.classes_asked = True
        answer = await look.ask("ingress classes", lambda: look.api.get_json(collection("IngressClass", None)), {})
        into.classes.extend(ingress_class_seen(each) for each in items(answer, "items"))


async def of_cluster(look: Look, what: str, kind: str, namespaces: list[str], lists: Lists) -> None:
    """One list of all; where that is not allowed, one for each of these namespaces."""
    answer = await look.ask(what, lambda: look.api.get_json(collection(kind, None)), None, note=False)
    if answer is None:
        await of_namespaces(look, what, kind, namespaces, lists)
        return
    found = lists.setdefault(kind, {namespace: [] for namespace in namespaces})
    for each in items(answer, "items"):
        found.setdefault(text(each, "metadata", "namespace"), []).append(each)


async def of_namespaces(look: Look, what: str, kind: str, namespaces: list[str], lists: Lists) -> None:
    async def read(namespace: str) -> None:
        path = collection(kind, namespace)
        answer = await look.ask(what, lambda: look.api.get_json(path), None, where=namespace)
        if answer is not None:
            lists.setdefault(kind, {})[namespace] = items(answer, "items")

    await together([partial(read, namespace) for namespace in namespaces])


def _add(into: Traffic, lists: dict[str, list[dict[str, Any]]]) -> None:
    services = lists.get("Service")
    if "EndpointSlice" in lists:  # without them, nobody can say that nothing is behind
        into.services.extend(services_seen(services or [], lists["EndpointSlice"]))
    for kind, those in lists.items():
        into.leaving.extend(found for each in those if (found := leaving_seen(each, kind)))
    known = None if services is None else {str(each["metadata"]["name"]) for each in services}
    for ingress in lists.get("Ingress", []):
        into.ingresses.append(ingress_seen(ingress))
        into.routes.extend(routes_seen(ingress, known))
    for kind in WORKLOAD_KINDS:
        into.outlines.extend(outline_seen(each, kind) for each in lists.get(kind, []))
