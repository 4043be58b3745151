"""All workloads of a scope, well or not, and what stands around them: read in full, for a list that can wait."""

from functools import partial
from typing import Any

from incident_mcp.cluster.budgets import budget_seen
from incident_mcp.cluster.json_parts import items, text
from incident_mcp.cluster.kinds import WORKLOAD_KINDS, collection
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.policies import policy_seen
from incident_mcp.cluster.workloads import workload_seen
from incident_mcp.vocabulary.observation import WorkloadSeen
from incident_mcp.vocabulary.policies_seen import PolicySeen
from incident_mcp.vocabulary.scaling_seen import BudgetSeen

MOST = 500
"""Objects of one kind; beyond, name a namespace."""


class Lists:
    """What was read. `budgets` is None when they could not be."""

    def __init__(self) -> None:
        self.workloads: list[WorkloadSeen] = []
        self.policies: list[PolicySeen] = []
        self.budgets: list[BudgetSeen] | None = None


async def read_estate(look: Look, namespace: str | None, found: Lists) -> None:
    """Of one namespace, or of the whole cluster, as it comes. What can't be read is noted on the look."""

    async def workloads(kind: str) -> None:
        things = await _all(look, "workloads", kind, namespace)
        found.workloads.extend(workload_seen(each, kind) for each in things or [])

    async def policies() -> None:
        things = await _all(look, "network policies", "NetworkPolicy", namespace)
        found.policies.extend(policy_seen(each) for each in things or [])

    async def budgets() -> None:
        things = await _all(look, "disruption budgets", "PodDisruptionBudget", namespace)
        found.budgets = None if things is None else [budget_seen(each) for each in things]

    await together([*(partial(workloads, kind) for kind in WORKLOAD_KINDS), policies, budgets])


async def _all(look: Look, what: str, kind: str, namespace: str | None) -> list[dict[str, Any]] | None:
    call = partial(look.api.get_json, collection(kind, namespace), params={"limit": MOST})
    answer = await look.ask(what, call, None, where=namespace or "")
    if answer is None:
        return None
    if text(answer, "metadata", "continue"):
        look.miss(f"{kind}s beyond the first {MOST}", "too many", namespace or "")
    return items(answer, "items")
