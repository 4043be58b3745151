"""NetworkPolicies beside something that fails: whom they isolate, and whether they let a name be looked up."""

from collections.abc import Iterator
from typing import Any

from incident_mcp.cluster.json_parts import items, part, text
from incident_mcp.cluster.kinds import collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.object_meta import ref_of
from incident_mcp.vocabulary.network_seen import AdmitSeen, PolicySeen


def policy_seen(policy: dict[str, Any]) -> PolicySeen:
    spec = part(policy, "spec")
    selector, rules = part(spec, "podSelector"), items(spec, "egress")
    return PolicySeen(
        ref=ref_of(policy, "NetworkPolicy"),
        selector=part(selector, "matchLabels"),
        everything=not selector,
        egress="Egress" in (spec.get("policyTypes") or (["Egress"] if rules else [])),
        rules=len(rules),
        dns=any(_lets_dns_out(rule) for rule in rules),
        ingress="Ingress" in (spec.get("policyTypes") or ["Ingress"]),
        admits=tuple(_admits(spec)),
    )


def _admits(spec: dict[str, Any]) -> Iterator[AdmitSeen]:
    for rule in items(spec, "ingress"):
        peers = items(rule, "from")
        if not peers:
            yield AdmitSeen(anybody=True)
        for peer in peers:
            selector = part(peer, "podSelector")
            plain = set(peer) == {"podSelector"} and set(selector) == {"matchLabels"}
            yield AdmitSeen(labels=part(selector, "matchLabels")) if plain else AdmitSeen(anybody=True)


def _lets_dns_out(rule: dict[str, Any]) -> bool:
    ports = items(rule, "ports")
    return not ports or any(_covers(port, 53) for port in ports)


def _covers(port: dict[str, Any], number: int) -> bool:
    given = text(port, "port")
    if not given.isdecimal():  # by name, which only the pods know, or any port at all
        return True
    return int(given) <= number <= int(text(port, "endPort") or given)


async def read_policies(look: Look, namespaces: list[str], into: list[PolicySeen]) -> None:
    """Add those of these namespaces, as they come."""

    async def read(namespace: str) -> None:
        path = collection("NetworkPolicy", namespace)
        answer = await look.ask("network policies", lambda: look.api.get_json(path), {}, where=namespace)
        into.extend(policy_seen(each) for each in items(answer, "items"))

    await together([lambda n=namespace: read(n) for namespace in namespaces])
