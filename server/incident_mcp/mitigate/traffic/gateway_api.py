"""Weights of an HTTPRoute (Gateway API): a backend's share is its weight of its rule's sum, 1 where it says none, and 0
sends nothing. A backend that can't be referred to gets its share as 500 (`apis/v1/shared_types.go`).
"""

from functools import partial

from incident_mcp.cluster.json_parts import Json, count, items, text
from incident_mcp.cluster.kinds import is_name
from incident_mcp.mitigate.traffic.shift import Part, Shift
from incident_mcp.mitigate.traffic.weights import Manner, Rule, reweighted
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.traffic import Backend

GROUP = "gateway.networking.k8s.io"
PLURAL = "httproutes"


def shifted(target: Ref, path: str, live: Json, to: str, share: int) -> Shift:
    """Raises `BadRequest`, as `reweighted` does."""
    rules = [
        Rule(f"/spec/rules/{at}/backendRefs", items(rule, "backendRefs"), f"/spec/rules/{at}/matches")
        for at, rule in enumerate(items(live, "spec", "rules"))
        if items(rule, "backendRefs")
    ]
    manner = Manner(names=_names, part=partial(_part, target.namespace), unsaid=1)
    return reweighted(target, path, live, rules, manner, to, share)


def unresolved(live: Json) -> str:
    """What a gateway says of the route as it stands now: a backend that it can't, or may not, refer to."""
    for parent in items(live, "status", "parents"):
        for one in items(parent, "conditions"):
            newest = count(one, "observedGeneration") >= count(live, "metadata", "generation")
            if newest and (text(one, "type"), text(one, "status")) == ("ResolvedRefs", "False"):
                return f"its gateway can't resolve one of its backends ({text(one, 'reason')}): that share fails"
    return ""


def _names(ref: Json) -> tuple[str, ...]:
    name, space, port = text(ref, "name"), text(ref, "namespace"), text(ref, "port")
    path = f"{space}/{name}" if space else name
    return (path, name, f"{path}:{port}", f"{name}:{port}")


def _part(namespace: str | None, ref: Json, before: float, after: float) -> Part:
    service = Ref(kind="Service", namespace=text(ref, "namespace") or namespace, name=text(ref, "name"))
    label = _names(ref)[0]
    known = (text(ref, "group"), text(ref, "kind") or "Service") == ("", "Service")
    known = known and is_name(service.name) and is_name(service.namespace or "")
    return Part(label, before, after, Backend(service=service, label=label) if known else None, text(ref, "port"))
