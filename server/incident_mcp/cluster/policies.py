"""NetworkPolicies beside something that fails: whom they isolate, and what they let in and out."""

from typing import Any

from incident_mcp.cluster.json_parts import count, items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.policies_seen import (
    GateSeen,
    PeerSeen,
    PolicySeen,
    RequirementSeen,
    RuleSeen,
    SelectorSeen,
)


def policy_seen(policy: dict[str, Any]) -> PolicySeen:
    spec = part(policy, "spec")
    types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if items(spec, "egress") else [])]
    return PolicySeen(
        ref=ref_of(policy, "NetworkPolicy"),
        selector=selector_seen(part(spec, "podSelector")),
        ingress="Ingress" in types,
        egress="Egress" in types,
        lets_in=tuple(_rule(each, "from") for each in items(spec, "ingress")),
        lets_out=tuple(_rule(each, "to") for each in items(spec, "egress")),
    )


def _rule(rule: dict[str, Any], side: str) -> RuleSeen:
    return RuleSeen(
        peers=tuple(_peer(each) for each in items(rule, side)),
        gates=tuple(
            GateSeen(port=text(each, "port"), end=count(each, "endPort") or None) for each in items(rule, "ports")
        ),
    )


def _peer(peer: dict[str, Any]) -> PeerSeen:
    pods, namespaces = peer.get("podSelector"), peer.get("namespaceSelector")
    return PeerSeen(
        pods=None if pods is None else selector_seen(pods),
        namespaces=None if namespaces is None else selector_seen(namespaces),
        block=text(peer, "ipBlock", "cidr"),
    )


def selector_seen(selector: dict[str, Any]) -> SelectorSeen:
    return SelectorSeen(
        labels=part(selector, "matchLabels"),
        expressions=tuple(
            RequirementSeen(
                key=text(each, "key"),
                operator=text(each, "operator"),
                values=tuple(str(value) for value in each.get("values") or ()),
            )
            for each in items(selector, "matchExpressions")
        ),
    )


async def read_policies(look: Look, namespaces: list[str], into: list[PolicySeen]) -> None:
    """Add those of these namespaces, as they come."""

    async def read(namespace: str) -> None:
        path = collection("NetworkPolicy", namespace)
        answer = await look.ask("network policies", lambda: look.api.get_json(path), {}, where=namespace)
        into.extend(policy_seen(each) for each in items(answer, "items"))

    await together([lambda n=namespace: read(n) for namespace in namespaces])
