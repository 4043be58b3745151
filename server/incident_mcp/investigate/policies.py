"""Which NetworkPolicy keeps a workload's pods from what they ask for, on their side or on the other.

Policies add to each other: what any of those that select a pod lets through is let through. Where something is not
known (labels of other namespaces, addresses, a port) a rule is given the benefit of the doubt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from incident_mcp.investigate.behind import labels_of, outlines_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.network_seen import OutlineSeen
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.policies_seen import GateSeen, PeerSeen, PolicySeen, RuleSeen
from incident_mcp.vocabulary.refs import Ref

DNS = "53"
_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True)
class Block:
    """The policy that blocks, on which side, and what it does not let through."""

    policy: Ref
    side: Literal["out", "in"]
    what: str


def blocking(
    seen: Observation, caller: Ref, *, names: bool = False, service: ServiceSeen | None = None, port: str = ""
) -> Block | None:
    """What blocks the caller's pods: from looking names up (`names`), from a Service, or, where nobody knows whom they
    ask, from anything at all.
    """
    labels = _labels(seen, caller)
    over = [each for each in seen.policies if each.egress and _over(each, labels, caller.namespace)]
    rules = [rule for policy in over for rule in policy.lets_out]
    if over and names and not any(_passes(rule.gates, (DNS,)) for rule in rules):
        return Block(_blamed(over), "out", f"names be looked up (port 53) of {caller}")
    if over and not rules:
        return Block(_blamed(over), "out", f"anything out of {caller}")
    if names or service is None:
        return None
    return _to_service(seen, caller, over, service, port) or _from_caller(seen, labels, caller, service, port)


def _to_service(
    seen: Observation, caller: Ref, over: list[PolicySeen], service: ServiceSeen, port: str
) -> Block | None:
    """The caller's own policies."""
    rules = [rule for policy in over for rule in policy.lets_out]
    for outline in outlines_of(seen, service) if over else []:
        gates = _ports(service, outline, port)
        home = over[0].ref.namespace
        if not any(_lets(rule, outline.labels, service.ref.namespace, home, gates) for rule in rules):
            there = f"port {gates[0]} of {outline.ref}" if gates else str(outline.ref)
            return Block(_blamed(over), "out", f"{caller} out to {there}")
    return None


def _from_caller(
    seen: Observation, labels: dict[str, str], caller: Ref, service: ServiceSeen, port: str
) -> Block | None:
    """The policies over what stands behind the Service."""
    for outline in outlines_of(seen, service):
        over = [each for each in seen.policies if each.ingress and _over(each, outline.labels, outline.ref.namespace)]
        rules = [rule for policy in over for rule in policy.lets_in]
        gates = _ports(service, outline, port)
        if over and not any(_lets(rule, labels, caller.namespace, outline.ref.namespace, gates) for rule in rules):
            return Block(_blamed(over), "in", f"{caller} in")
    return None


def _labels(seen: Observation, caller: Ref) -> dict[str, str]:
    workload = workload_of(seen, caller)
    if workload:
        return labels_of(workload)
    pods: list[dict[str, str]] = [pod.labels for pod in seen.pods if caller in (pod.owner, pod.ref)]
    return pods[0] if pods else {}


def _over(policy: PolicySeen, labels: dict[str, str], namespace: str | None) -> bool:
    return policy.ref.namespace == namespace and policy.selector.fits(labels)


def _blamed(over: list[PolicySeen]) -> Ref:
    """The one that lets nothing through, if there is such a one."""
    return min(over, key=lambda each: len(each.lets_in) + len(each.lets_out)).ref


def _ports(service: ServiceSeen, outline: OutlineSeen, port: str) -> tuple[str, ...]:
    """The pods' port behind a Service's port, as number and name; empty when nobody knows."""
    target = next((each.target for each in service.ports if port == str(each.number)), "")
    if not target:
        return ()
    known = ((str(number), name) for name, number in outline.ports if target in (name, str(number)))
    return next(known, (target,))


def _lets(
    rule: RuleSeen, labels: dict[str, str], namespace: str | None, home: str | None, gates: tuple[str, ...]
) -> bool:
    """Pods with these labels in that namespace, by a rule of a policy whose own namespace is `home`."""
    who = not rule.peers or any(_is_meant(peer, labels, namespace, home) for peer in rule.peers)
    return who and (not gates or _passes(rule.gates, gates))


def _is_meant(peer: PeerSeen, labels: dict[str, str], namespace: str | None, home: str | None) -> bool:
    if peer.block:
        return True  # which addresses the pods have is not compared
    if peer.namespaces is None:
        there = namespace == home
    else:
        only_name = set(peer.namespaces.labels) <= {_NAME} and not peer.namespaces.expressions
        there = not only_name or peer.namespaces.fits({_NAME: namespace or ""})
    return there and (peer.pods is None or peer.pods.fits(labels))


def _passes(gates: Iterable[GateSeen], ports: tuple[str, ...]) -> bool:
    listed = list(gates)
    return not listed or any(_covers(gate, port) for gate in listed for port in ports)


def _covers(gate: GateSeen, port: str) -> bool:
    if not gate.port or gate.port == port:
        return True
    if not gate.port.isdecimal() or not port.isdecimal():  # one by name, which only the pods know
        return not gate.port.isdecimal() and port == DNS
    return int(gate.port) <= int(port) <= (gate.end or int(gate.port))
