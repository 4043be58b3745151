"""A severity to propose, with its reasons. A person sets it: how much a service matters is not in the cluster.

SEV-1 everything is down, SEV-2 something that users reach is down, SEV-3 part of something is, SEV-4 nobody notices.
"""

from typing import Any

from incident_mcp.assess.assessment import Impact, Proposal
from incident_mcp.text.amounts import share_words
from incident_mcp.text.numbers import in_words
from incident_mcp.text.words import count
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation, WorkloadSeen
from incident_mcp.vocabulary.severity import LEVELS, Severity


def propose(seen: Observation, chains: list[Chain], hurt: Impact) -> Proposal | None:
    """None when nothing is wrong."""
    if not chains:
        return None
    down = [workload for workload in seen.workloads if workload.ready == 0 < workload.desired]
    severity, reason = _judge(seen, down, hurt)
    reasons = [reason, *_measured(seen), *_others(seen)]
    return Proposal(severity=severity, answer_within=LEVELS[severity].response, reasons=tuple(reasons))


def _judge(seen: Observation, down: list[WorkloadSeen], hurt: Impact) -> tuple[Severity, str]:
    if _all_down(seen, down):
        return Severity.SEV_1, "no workload has a ready pod"
    if hurt.users:
        number = len({route.service for route in hurt.routes}) or len(hurt.services)
        noun = "service" if number == 1 else "services"
        return Severity.SEV_2, f"{in_words(number)} user-facing {noun} down"
    if hurt.services or down:
        number = len(hurt.services) or len(down)
        return Severity.SEV_3, f"{in_words(number)} of the inner services down; {_outside(seen)}"
    if any(workload.ready < workload.desired and _served(seen, workload) for workload in seen.workloads):
        return Severity.SEV_3, f"{hurt.ready} of {hurt.desired} pods ready where it fails; the rest still serve"
    broken = sum(not pod.ready for pod in seen.pods)
    if broken and not {"workloads", "services"} <= set(seen.looked_at):
        return Severity.SEV_3, f"{count(broken, 'pod')} not ready; what they serve could not be read"
    return Severity.SEV_4, "no service has lost a pod"


def _outside(seen: Observation) -> str:
    """Whether users reach what is down, as far as that was read."""
    if {"services", "ingresses"} <= set(seen.looked_at):
        return "no route from outside leads to it"
    return "SEV-2 if users reach it: what leads there from outside could not be read"


def _measured(seen: Observation) -> list[str]:
    """What requests get, where somebody counts: a reason beside the others, since who asks is not in the cluster."""
    rates = (each.now for each in seen.metrics.signals if each.what == "error rate" and each.now)
    return [f"{share_words(rate)} of its requests fail" for rate in rates]


def _all_down(seen: Observation, down: list[WorkloadSeen]) -> bool:
    """Only a look at the whole cluster can say so."""
    whole = seen.scope.workload is None and seen.scope.namespace is None
    return whole and seen.totals.workloads > 1 and len(down) == seen.totals.workloads


def _others(seen: Observation) -> list[str]:
    """`eight workloads well`; nothing when only one workload was looked at."""
    if seen.scope.workload is not None:
        return ["only this workload was looked at"]
    well = seen.totals.workloads - seen.totals.unwell_workloads
    return [f"{in_words(well)} {'workload' if well == 1 else 'workloads'} well"] if well > 0 else []


def _served(seen: Observation, workload: WorkloadSeen) -> bool:
    """Whether a Service selects its pods."""
    metadata: dict[str, Any] = workload.template.get("metadata") or {}
    labels: dict[str, str] = metadata.get("labels") or {}
    return any(
        service.ref.namespace == workload.ref.namespace and service.selector.items() <= labels.items()
        for service in seen.services
    )
