"""A program that can't reach another service, as its log says: refused, not resolved, or without an answer.

The Service it means is found by its name as programs write it: `payments`, `payments.shop`, `payments.shop.svc`.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from incident_mcp.investigate.kinds.programs import DEPENDENCY_DOWN, DNS_POLICY, POLICY_BLOCKS
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.needed import service_of
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
_DNS = {"k8s-app": "kube-dns"}
_ELSEWHERE = ("None", "Default")


def find(seen: Observation) -> Iterator[Finding]:
    blocked: dict[Ref, tuple[Block, Said]] = {}
    for said in said_of(seen, "connection-refused", "name-not-resolved"):
        if "host" in said.meaning.parts:
            yield _dns_policy(seen, said) or _finding(seen, said)
    for said in said_of(seen, "name-not-resolved", "deadline-exceeded"):
        block = blocked_by(seen, said)
        if block is not None:
            blocked.setdefault(block.policy, (block, said))
    for block, said in blocked.values():
        yield _policy(seen, block, said)


def blocked_by(seen: Observation, said: Said) -> Block | None:
    """The policy behind a name that does not resolve, or an answer that does not come."""
    names = said.meaning.cause == "name-not-resolved"
    service = None if names else service_of(seen, said)
    return blocking(seen, said.target, names=names, service=service, port=said.meaning.parts.get("port", ""))


def _finding(seen: Observation, said: Said) -> Finding:
    parts = said.meaning.parts
    service = service_of(seen, said)
    host = f"{parts['host']}:{parts['port']}" if "port" in parts else parts["host"]
    unresolved = said.meaning.cause == "name-not-resolved"
    block = blocked_by(seen, said) if unresolved else None
    return finding(
        DEPENDENCY_DOWN,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{_WORDS[said.meaning.cause].format(host=host)}{_behind(seen, said, service)}",
        evidence=said.evidence,
        next_step=f"Look at {service.ref if service else host}: it is needed and does not answer.",
        since=said.first,
        because_of=block.policy if block else _because(seen, service, unresolved=unresolved),
    )


def _because(seen: Observation, service: ServiceSeen | None, *, unresolved: bool) -> Ref | None:
    """The Service behind it, when nobody serves it; for a name that does not resolve, the cluster's DNS."""
    if service and (not service.ready or any(each.ref == service.ref for each, _, _ in astray(seen))):
        return service.ref
    if unresolved:
        dns = (each.ref for each in seen.services if _DNS.items() <= each.selector.items() and not each.ready)
        return next(dns, None)
    return None


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
    host = said.meaning.parts["host"]
    here = [each.ref.name for each in seen.services if each.ref.namespace == said.target.namespace]
    if said.meaning.cause != "name-not-resolved" or "." in host or not here or "services" not in seen.looked_at:
        return ""
    near = difflib.get_close_matches(host, here, n=1)
    return f"; there is no Service {host} in {said.target.namespace}{f', but {near[0]}' if near else ''}"


def _dns_policy(seen: Observation, said: Said) -> Finding | None:
    """The name is one of this cluster, and the pod asks somebody else."""
    workload = workload_of(seen, said.target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    policy, host = str(spec.get("dnsPolicy") or ""), said.meaning.parts["host"]
    inside = service_of(seen, said) is not None or ".svc" in host
    if said.meaning.cause != "name-not-resolved" or policy not in _ELSEWHERE or not inside:
        return None
    return finding(
        DNS_POLICY,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"the name {host} does not resolve: its pods don't ask the cluster's DNS (dnsPolicy {policy})",
        evidence=(*said.evidence, Evidence(source=f"{said.target}, template", value=f"dnsPolicy {policy}")),
        next_step="Set dnsPolicy to ClusterFirst; roll back if a rollout changed it.",
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
