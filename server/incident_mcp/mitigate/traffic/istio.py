"""Weights of a VirtualService (Istio): a destination's share is its weight of its route's sum, 0 where it says none; a
destination alone gets everything, whatever its weight (`networking/v1alpha3/virtual_service.proto`). A subset is what a
DestinationRule says it is; without one, its share gets 503.
"""

from collections.abc import Sequence
from functools import partial

from incident_mcp.cluster.json_parts import Json, items, part, text
from incident_mcp.cluster.kinds import is_name
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.mitigate.traffic.weights import Manner, Rule, reweighted
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend

GROUP = "networking.istio.io"
PLURAL, SUBSETS = "virtualservices", "destinationrules"


def shifted(target: Ref, path: str, live: Json, to: str, share: int, rules: Sequence[Json] | None) -> Shift:
    """`rules` are the DestinationRules of its namespace; None: they could not be read.

    Raises `BadRequest`, as `reweighted` does.
    """
    lists = [
        Rule(f"/spec/{protocol}/{at}/route", items(one, "route"), f"/spec/{protocol}/{at}/match")
        for protocol in ("http", "tls", "tcp")
        for at, one in enumerate(items(live, "spec", protocol))
        if items(one, "route")
    ]
    manner = Manner(names=_names, part=partial(_part, target.namespace, rules), unsaid=0)
    return reweighted(target, path, live, lists, manner, to, share)


def undefined(parts: Sequence[Part], live: Json, namespace: str | None, rules: Sequence[Json]) -> list[str]:
    """The subsets that gain, and that no DestinationRule defines."""
    gaining = {one.label for one in parts if one.after > one.before}
    entries = [
        entry
        for protocol in ("http", "tls", "tcp")
        for one in items(live, "spec", protocol)
        for entry in items(one, "route")
    ]
    return [
        label
        for entry in entries
        if (label := _names(entry)[0]) in gaining
        and text(entry, "destination", "subset")
        and _labels(entry, namespace, rules) is None
    ]


def _names(entry: Json) -> tuple[str, ...]:
    host, subset = text(entry, "destination", "host"), text(entry, "destination", "subset")
    short = host.partition(".")[0]
    if not subset:
        return (short, host)
    return (f"{short}/{subset}", f"{host}/{subset}", subset)


def _part(namespace: str | None, rules: Sequence[Json] | None, entry: Json, before: float, after: float) -> Part:
    label, port = _names(entry)[0], text(entry, "destination", "port", "number")
    service = service_of(text(entry, "destination", "host"), namespace)
    labels = _labels(entry, namespace, rules) if text(entry, "destination", "subset") else {}
    if service is None or labels is None:
        return Part(label, before, after, None, port)
    return Part(label, before, after, Backend(service=service, subset=labels, label=label), port)


def service_of(host: str, namespace: str | None) -> Ref | None:
    """`web`, `web.shop` and `web.shop.svc.cluster.local`; None for a host outside of the cluster."""
    name, _, rest = host.partition(".")
    space, _, domain = rest.partition(".")
    if not is_name(name) or (space and not is_name(space)) or (domain and not domain.startswith("svc")):
        return None
    return Ref(kind="Service", namespace=space or namespace, name=name)


def _labels(entry: Json, namespace: str | None, rules: Sequence[Json] | None) -> dict[str, str] | None:
    """What the subset selects beside the Service's own selector; None where nobody defines it."""
    host, subset = text(entry, "destination", "host"), text(entry, "destination", "subset")
    for rule in rules or ():
        if service_of(text(rule, "spec", "host"), namespace) == service_of(host, namespace):
            for one in items(rule, "spec", "subsets"):
                if text(one, "name") == subset:
                    return part(one, "labels")
    return None
