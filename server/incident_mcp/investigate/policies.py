"""Which NetworkPolicy keeps a workload's pods from what they ask for."""

from incident_mcp.investigate.behind import labels_of
from incident_mcp.investigate.sufferers import workload_of
from incident_mcp.vocabulary.network_seen import PolicySeen
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref


def blocking(seen: Observation, target: Ref, *, names: bool) -> Ref | None:
    """One that lets nothing out; for `names`, also one that does not let names be looked up.

    A policy adds to the others: what any of them lets out is let out.
    """
    over = [policy for policy in seen.policies if policy.egress and _selects(seen, policy, target)]
    if not over or any(policy.rules and (policy.dns or not names) for policy in over):
        return None
    return over[0].ref


def _selects(seen: Observation, policy: PolicySeen, target: Ref) -> bool:
    if policy.ref.namespace != target.namespace:
        return False
    workload = workload_of(seen, target)
    labels = labels_of(workload) if workload else {}
    return policy.everything or bool(policy.selector and policy.selector.items() <= labels.items())
