"""How much may go before users feel it: replicas, budgets, rollouts, owners; and what does nothing at all."""

from collections.abc import Iterator

from incident_mcp.cluster.json_parts import part
from incident_mcp.investigate.hygiene.item import Estate, HygieneItem, HygieneKind, item
from incident_mcp.vocabulary.observation import ServiceSeen, WorkloadSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen

ALL_AT_ONCE = HygieneKind(
    "HYG301",
    "A rollout replaces all pods at once",
    "maxUnavailable is 100 % or the strategy is Recreate: a bad revision is an outage.",
    "Set maxUnavailable below 100 % on {target}",
)
ONE_REPLICA = HygieneKind(
    "HYG302",
    "A Service has one pod only",
    "Whatever moves that pod is an outage (popeye 1109).",
    "Run at least two replicas of {target}",
)
NO_BUDGET = HygieneKind(
    "HYG303",
    "No disruption budget covers the pods",
    "A drain may take all of them at once (popeye 206).",
    "Give {target} a PodDisruptionBudget",
)
UNMANAGED = HygieneKind(
    "HYG304",
    "A pod belongs to nobody",
    "When its node goes, nobody makes it again (popeye 208).",
    "Let a Deployment make {target}",
)
SELECTS_NOBODY = HygieneKind(
    "HYG305",
    "A NetworkPolicy selects no Deployment, StatefulSet or DaemonSet",
    "A label that has changed, or a leftover, unless it is for pods of Jobs (popeye 1200).",
    "Correct the selector of {target}, or remove it",
)
EMPTY_CONFIG = HygieneKind(
    "HYG306",
    "A ConfigMap that a workload takes has no keys",
    "A leftover, or something that was to be filled and never was.",
    "Fill {target}, or remove it",
)
ALL = (ALL_AT_ONCE, ONE_REPLICA, NO_BUDGET, UNMANAGED, SELECTS_NOBODY, EMPTY_CONFIG)


def find(estate: Estate) -> Iterator[HygieneItem]:
    for workload in estate.workloads:
        yield from _of_workload(estate, workload)
    for pod in estate.pods:
        if pod.owner is None and pod.controller is None and pod.phase != "Succeeded":
            yield item(UNMANAGED, pod.ref)
    for policy in estate.policies:
        here = [each for each in estate.workloads if each.ref.namespace == policy.ref.namespace]
        if here and not any(_covers(policy, each) for each in here):
            yield item(SELECTS_NOBODY, policy.ref)
    for config in estate.configs:
        if config.exists and config.ref.kind == "ConfigMap" and config.keys == ():
            yield item(EMPTY_CONFIG, config.ref)


def _of_workload(estate: Estate, workload: WorkloadSeen) -> Iterator[HygieneItem]:
    if workload.ref.kind == "DaemonSet":
        return
    several = workload.desired > 1
    if several and workload.max_unavailable == "100%":
        yield item(ALL_AT_ONCE, workload.ref)
    if workload.desired == 1 and any(_serves(service, workload) for service in estate.services):
        yield item(ONE_REPLICA, workload.ref)
    if (
        several
        and estate.budgets is not None
        and not any(
            budget.ref.namespace == workload.ref.namespace and budget.selector.items() <= _labels(workload).items()
            for budget in estate.budgets
        )
    ):
        yield item(NO_BUDGET, workload.ref)


def _labels(workload: WorkloadSeen) -> dict[str, str]:
    return part(workload.template, "metadata", "labels")


def _serves(service: ServiceSeen, workload: WorkloadSeen) -> bool:
    same = service.ref.namespace == workload.ref.namespace
    return same and bool(service.selector) and service.selector.items() <= _labels(workload).items()


def _covers(policy: PolicySeen, workload: WorkloadSeen) -> bool:
    return policy.selector.fits(_labels(workload))
