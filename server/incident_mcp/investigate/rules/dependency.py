"""A program that can't reach another service, as its log says: refused, not resolved, or without an answer.

The Service it means is found by its name as programs write it: `payments`, `payments.shop`, `payments.shop.svc`.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from incident_mcp.investigate.dns import CONFIG, denied, dns_down, dns_trouble
from incident_mcp.investigate.kinds.programs import DEPENDENCY_DOWN, DNS_POLICY, POLICY_BLOCKS
from incident_mcp.investigate.local_traffic import not_local
from incident_mcp.investigate.log_evidence import Line, Said, said_of
from incident_mcp.investigate.needed import complained_of, service_of
from incident_mcp.investigate.policies import Block, blocking
from incident_mcp.investigate.rules.services import astray
from incident_mcp.investigate.sufferers import finding, gravity, workload_of
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

_WORDS = {
    "connection-refused": "connection refused to {host}",
    "name-not-resolved": "the name {host} does not resolve",
}
_NAMELESS = {"connection-refused": "a connection is refused", "name-not-resolved": "a name does not resolve"}
_ELSEWHERE = ("None", "Default")


def find(seen: Observation) -> Iterator[Finding]:
    blocked: dict[Ref, tuple[Block, Said]] = {}
    down: dict[Ref, list[tuple[Said, Finding]]] = {}
    for said in said_of(seen, "connection-refused", "name-not-resolved"):
        found = _dns_policy(seen, said) or _nameless(seen, said) or _finding(seen, said)
        down.setdefault(said.target, []).append((said, found))
    for told in down.values():
        yield from _telling(told)
    for target, service, line in complained_of(seen):
        if target not in down:
            yield _unserved(seen, target, service, line)
    for said in said_of(seen, "name-not-resolved", "deadline-exceeded"):
        block = blocked_by(seen, said)
        if block is not None:
            blocked.setdefault(block.policy, (block, said))
    for block, said in blocked.values():
        yield _policy(seen, block, said)


def _telling(told: list[tuple[Said, Finding]]) -> list[Finding]:
    """Of one workload: what leads on comes first, and a line that names nobody counts where no other does."""
    named = [each for each in told if "host" in each[0].meaning.parts or each[1].because_of] or told
    return [found for _, found in sorted(named, key=lambda each: each[1].because_of is None)]


def blocked_by(seen: Observation, said: Said) -> Block | None:
    """The policy behind a name that does not resolve, or an answer that does not come."""
    names = said.meaning.cause == "name-not-resolved"
    service = None if names else service_of(seen, said)
    return blocking(seen, said.target, names=names, service=service, port=said.meaning.parts.get("port", ""))


def _finding(seen: Observation, said: Said) -> Finding:
    parts = said.meaning.parts
    service = service_of(seen, said)
    host = ":".join(filter(None, (parts.get("host"), parts.get("port")))) or (service.ref.name if service else "")
    unresolved = said.meaning.cause == "name-not-resolved"
    block = blocked_by(seen, said) if unresolved else None
    return finding(
        DEPENDENCY_DOWN,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{_words(said, host)}{_behind(seen, said, service)}",
        evidence=said.evidence,
        next_step=f"Look at {(service.ref if service else host) or 'what it needs'}: it does not answer.",
        since=said.first,
        because_of=block.policy
        if block
        else _denied(seen, said) or not_local_to(seen, said) or _because(seen, service, host, unresolved=unresolved),
    )


def not_local_to(seen: Observation, said: Said) -> Ref | None:
    """The Service that does not answer on the nodes of those who ask."""
    found = not_local(seen, said)
    return found[0].ref if found else None


def _unserved(seen: Observation, target: Ref, service: ServiceSeen, line: Line) -> Finding:
    """It does not say how it fails there, in words that are known; but nobody serves what it speaks of."""
    return finding(
        DEPENDENCY_DOWN,
        target=target,
        severity=gravity(seen, target),
        summary=f"its log complains of {service.ref.name}; {service.ref} has no ready endpoint",
        evidence=(Evidence(source=f"log of {line.log.pod.name}", value=line.text, at=line.time),),
        next_step=f"Look at {service.ref}: it does not answer.",
        since=line.time,
        because_of=service.ref,
    )


def _words(said: Said, host: str) -> str:
    words = _WORDS if host else _NAMELESS
    return words[said.meaning.cause].format(host=host)


def _denied(seen: Observation, said: Said) -> Ref | None:
    """The DNS's own configuration, where that denies the name."""
    if said.meaning.cause != "name-not-resolved":
        return None
    return CONFIG if denied(seen, said.meaning.parts["host"], said.target.namespace) else None


def _no_names(seen: Observation) -> Ref | None:
    """Who is at fault that no name at all resolves."""
    trouble = dns_trouble(seen)
    return dns_down(seen) or (trouble.target if trouble and trouble.every_name else None)


def _nameless(seen: Observation, said: Said) -> Finding | None:
    """It does not say which name; where none resolves, that does not matter."""
    dns = None if said.meaning.cause != "name-not-resolved" or "host" in said.meaning.parts else _no_names(seen)
    return dns and finding(
        DEPENDENCY_DOWN,
        target=said.target,
        severity=gravity(seen, said.target),
        summary="a name does not resolve",
        evidence=said.evidence,
        next_step=f"Repair {dns}.",
        since=said.first,
        because_of=dns,
    )


def _because(seen: Observation, service: ServiceSeen | None, host: str, *, unresolved: bool) -> Ref | None:
    """The Service behind it, when nobody serves it; for a name that does not resolve, the cluster's DNS."""
    if unresolved and (down := dns_down(seen)):
        return down
    if service and (not service.ready or any(each.ref == service.ref for each, _, _ in astray(seen))):
        return service.ref
    trouble = dns_trouble(seen) if unresolved else None
    return trouble.target if trouble and trouble.explains(host) else None


def _behind(seen: Observation, said: Said, service: ServiceSeen | None) -> str:
    parts = said.meaning.parts
    if service is None:
        return _no_such(seen, said)
    if not service.ready:
        return f"; {service.ref} has no ready endpoint"
    port = parts.get("port", "")
    if port and service.ports and not any(port == str(each.number) for each in service.ports):
        has = listed([str(each.number) for each in service.ports])
        return f"; {service.ref} has no port {port}, it has {has}"
    return ""


def _no_such(seen: Observation, said: Said) -> str:
    """`; there is no Service payment in shop, but payments`, for a bare name where the Services were read."""
    host = said.meaning.parts.get("host", "")
    if governing := _no_governing(seen, said.target, host):
        return f"; there is no Service {governing}, which would name its pods"
    here = [each.ref.name for each in seen.services if each.ref.namespace == said.target.namespace]
    if (
        not host
        or said.meaning.cause != "name-not-resolved"
        or "." in host
        or not here
        or "services" not in seen.looked_at
    ):
        return ""
    near = difflib.get_close_matches(host, here, n=1)
    return f"; there is no Service {host} in {said.target.namespace}{f', but {near[0]}' if near else ''}"


def _no_governing(seen: Observation, target: Ref, host: str) -> str:
    """The missing Service of a StatefulSet whose pods call each other `POD.SERVICE`."""
    own = next((each for each in seen.outlines if each.ref == target), None)
    named = own.governed_by if own else ""
    there = any((each.ref.name, each.ref.namespace) == (named, target.namespace) for each in seen.services)
    return named if named and not there and named in host.split(".")[1:2] and "services" in seen.looked_at else ""


def _dns_policy(seen: Observation, said: Said) -> Finding | None:
    """The name is one of this cluster, and the pod asks somebody else."""
    workload = workload_of(seen, said.target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    policy, host = str(spec.get("dnsPolicy") or ""), said.meaning.parts.get("host", "")
    on_host = bool(spec.get("hostNetwork")) and policy == "ClusterFirst"  # which then counts as Default
    inside = not host or service_of(seen, said) is not None or ".svc" in host
    if said.meaning.cause != "name-not-resolved" or not (policy in _ELSEWHERE or on_host) or not inside:
        return None
    name = f"the name {host}" if host else "a name"
    told = f"dnsPolicy {policy}{' on the host network' if on_host else ''}"
    return finding(
        DNS_POLICY,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{name} does not resolve: its pods don't ask the cluster's DNS ({told})",
        evidence=(*said.evidence, Evidence(source=f"{said.target}, template", value=told)),
        next_step="Let them ask the cluster's DNS: ClusterFirst, or on the host network ClusterFirstWithHostNet.",
        since=said.first,
    )


def _policy(seen: Observation, block: Block, said: Said) -> Finding:
    way = "egress" if block.side == "out" else "ingress"
    return finding(
        POLICY_BLOCKS,
        target=block.policy,
        severity=gravity(seen, said.target),
        summary=f"it does not let {block.what}",
        evidence=(Evidence(source=f"{block.policy}, spec.{way}", value=f"no rule lets {block.what}"), *said.evidence),
        next_step=f"Add an {way} rule for what the program needs, or see who added the policy.",
        since=said.first,
    )
