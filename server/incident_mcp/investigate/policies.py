"""Which NetworkPolicy keeps a workload's pods from what they ask for: their own lets nothing out, or the other side's
does not let them in.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from incident_mcp.investigate.behind import labels_of, outlines_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.network_seen import OutlineSeen, PolicySeen
from incident_mcp.vocabulary.observation import Observation, ServiceSeen
from incident_mcp.vocabulary.refs import Ref

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


def blocking(seen: Observation, target: Ref, *, names: bool) -> Ref | None:
    """One that lets nothing out; for `names`, also one that does not let names be looked up.

    A policy adds to the others: what any of them lets out is let out.
    """
    workload = workload_of(seen, target)
    labels = labels_of(workload) if workload else {}
    over = [policy for policy in seen.policies if policy.egress and _selects(policy, target, labels)]
    if not over or any(policy.rules and (policy.dns or not names) for policy in over):
        return None
    return over[0].ref


def _selects(policy: PolicySeen, target: Ref, labels: dict[str, str]) -> bool:
    if policy.ref.namespace != target.namespace:
        return False
    return policy.everything or bool(policy.selector and policy.selector.items() <= labels.items())


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A Service that a workload needs, and the policy on its pods that does not let the workload's in."""

    policy: PolicySeen
    service: Ref
    labels: dict[str, str]
    """Of the pods that are kept out."""


def kept_out(seen: Observation, target: Ref) -> KeptOut | None:
    """For a program that waits in vain: one of the Services that its environment names is closed to it."""
    workload = workload_of(seen, target)
    if workload is None:
        return None
    labels = labels_of(workload)
    for service in _named(seen, workload.template, target.namespace):
        for outline in outlines_of(seen, service):
            if outline.ref != target and (policy := _shutting(seen, outline, labels)):
                return KeptOut(policy, service.ref, labels)
    return None


def _shutting(seen: Observation, behind: OutlineSeen, labels: dict[str, str]) -> PolicySeen | None:
    """What any of the policies lets in is let in."""
    over = [policy for policy in seen.policies if policy.ingress and _selects(policy, behind.ref, behind.labels)]
    admitted = any(each.anybody or each.labels.items() <= labels.items() for policy in over for each in policy.admits)
    return over[0] if over and not admitted else None


def _named(seen: Observation, template: dict[str, Any], namespace: str | None) -> Iterator[ServiceSeen]:
    """Services of its namespace whose names stand as hosts in the values of its variables."""
    hosts = {host.partition(".")[0] for value in _values(template) for host in _HOST.findall(value)}
    yield from (each for each in seen.services if each.ref.namespace == namespace and each.ref.name in hosts)


def _values(template: dict[str, Any]) -> Iterator[str]:
    spec: dict[str, Any] = template.get("spec") or {}
    containers: list[dict[str, Any]] = spec.get("containers") or []
    for container in containers:
        variables: list[dict[str, Any]] = container.get("env") or []
        yield from (str(each.get("value") or "") for each in variables)
