"""A program that can't reach another service, as its log says: refused, not resolved, or without an answer.

The Service it means is found by its name as programs write it: `payments`, `payments.shop`, `payments.shop.svc`.
"""

import difflib
from collections.abc import Iterator
from typing import Any

from incident_mcp.investigate.dns import CONFIG, denied, dns_down, dns_trouble
from incident_mcp.investigate.kinds.programs import DEPENDENCY_DOWN, DNS_POLICY, POLICY_BLOCKS
from incident_mcp.investigate.log_evidence import Said, said_of
from incident_mcp.investigate.policies import KeptOut, blocking, kept_out
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
_ELSEWHERE = ("None", "Default")


def find(seen: Observation) -> Iterator[Finding]:
    blocked: dict[Ref, Finding] = {}
    for said in said_of(seen, "connection-refused", "name-not-resolved"):
        if "host" in said.meaning.parts:
            yield _dns_policy(seen, said) or _finding(seen, said)
        elif said.meaning.cause == "name-not-resolved" and (dns := _no_names(seen)):
            yield _nameless(seen, said, dns)
    for said in said_of(seen, "name-not-resolved", "deadline-exceeded"):
        policy = blocking(seen, said.target, names=said.meaning.cause == "name-not-resolved")
        if policy is not None:
            blocked.setdefault(policy, _policy(seen, policy, said))
        elif said.meaning.cause == "deadline-exceeded" and (kept := kept_out(seen, said.target)):
            blocked.setdefault(kept.policy.ref, _closed(seen, kept, said))
    yield from blocked.values()


def _finding(seen: Observation, said: Said) -> Finding:
    parts = said.meaning.parts
    service = _service(seen, said)
    host = f"{parts['host']}:{parts['port']}" if "port" in parts else parts["host"]
    unresolved = said.meaning.cause == "name-not-resolved"
    because = blocking(seen, said.target, names=True) if unresolved else None
    return finding(
        DEPENDENCY_DOWN,
        target=said.target,
        severity=gravity(seen, said.target),
        summary=f"{_WORDS[said.meaning.cause].format(host=host)}{_behind(seen, said, service)}",
        evidence=said.evidence,
        next_step=f"Look at {service.ref if service else host}: it is needed and does not answer.",
        since=said.first,
        because_of=because or _denied(seen, said) or _because(seen, service, parts["host"], unresolved=unresolved),
    )


def _denied(seen: Observation, said: Said) -> Ref | None:
    """The DNS's own configuration, where that denies the name."""
    if said.meaning.cause != "name-not-resolved":
        return None
    return CONFIG if denied(seen, said.meaning.parts["host"], said.target.namespace) else None


def _no_names(seen: Observation) -> Ref | None:
    """Who is at fault that no name at all resolves."""
    trouble = dns_trouble(seen)
    return dns_down(seen) or (trouble.target if trouble and trouble.every_name else None)


def _nameless(seen: Observation, said: Said, dns: Ref) -> Finding:
    """It does not say which name; where none resolves, that does not matter."""
    return finding(
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
    host = said.meaning.parts["host"]
    here = [each.ref.name for each in seen.services if each.ref.namespace == said.target.namespace]
    if said.meaning.cause != "name-not-resolved" or "." in host or not here or "services" not in seen.looked_at:
        return ""
    near = difflib.get_close_matches(host, here, n=1)
    return f"; there is no Service {host} in {said.target.namespace}{f', but {near[0]}' if near else ''}"


def _service(seen: Observation, said: Said) -> ServiceSeen | None:
    name, _, rest = said.meaning.parts["host"].partition(".")
    namespace = rest.partition(".")[0] or said.target.namespace
    return next((s for s in seen.services if s.ref.name == name and s.ref.namespace == namespace), None)


def _dns_policy(seen: Observation, said: Said) -> Finding | None:
    """The name is one of this cluster, and the pod asks somebody else."""
    workload = workload_of(seen, said.target)
    spec: dict[str, Any] = (workload.template.get("spec") or {}) if workload else {}
    policy, host = str(spec.get("dnsPolicy") or ""), said.meaning.parts["host"]
    inside = _service(seen, said) is not None or ".svc" in host
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


def _closed(seen: Observation, kept: KeptOut, said: Said) -> Finding:
    """The other side lets others in, and not this program."""
    policy = kept.policy.ref
    admits = [_labels(each.labels) for each in kept.policy.admits]
    return finding(
        POLICY_BLOCKS,
        target=policy,
        severity=gravity(seen, said.target),
        summary=f"it does not let {said.target} in to {kept.service}",
        evidence=(
            Evidence(source=f"{policy}, spec.ingress", value=f"lets in {listed(admits, most=4) or 'nobody'}"),
            Evidence(source=f"{said.target}, labels of its pods", value=_labels(kept.labels)),
            *said.evidence,
        ),
        next_step="Add an ingress rule for this program, or correct the label that it should have.",
        since=said.first,
    )


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _policy(seen: Observation, policy: Ref, said: Said) -> Finding:
    names = said.meaning.cause == "name-not-resolved"
    what = "names be looked up (port 53)" if names else "anything out"
    return finding(
        POLICY_BLOCKS,
        target=policy,
        severity=gravity(seen, said.target),
        summary=f"it does not let {what} of {said.target}",
        evidence=(Evidence(source=f"{policy}, spec.egress", value=f"no rule lets {what}"), *said.evidence),
        next_step="Add an egress rule for what the program needs, or see who added the policy.",
        since=said.first,
    )
