"""Policy over a draft: what the action itself can't know raises the risk (protected namespaces, a freeze, a used-up
budget, too many pods at once); nothing lowers it.
"""

from collections.abc import Iterator
from datetime import datetime

from incident_mcp.gate.writing import NotAllowed
from incident_mcp.vocabulary.plan import Draft
from incident_mcp.vocabulary.policy import TAKES_BACK, TELLS, Policy
from incident_mcp.vocabulary.refs import Cluster


def under_policy(draft: Draft, action: str, policy: Policy, *, now: datetime, carried_out: int) -> Draft:
    """The draft with its final risk class and the reason for it. `carried_out`: plans of this incident so far."""
    reasons = tuple(_reasons(draft, action, policy, now, carried_out))
    if not reasons:
        return draft
    both = "; ".join(part for part in (draft.high_because, *reasons) if part)
    return draft.model_copy(update={"risk": "high", "high_because": both})


def check_allowed(draft: Draft, action: str, policy: Policy, cluster: Cluster) -> None:
    """Raise `NotAllowed` for what the policy forbids whatever a person says."""
    refused = policy.refusal(action, cluster, _namespaces(draft))
    if refused:
        raise NotAllowed(f"{cluster.name}: {refused}.", "Nobody was asked. incident-mcp doctor --policy shows it.")


def _namespaces(draft: Draft) -> set[str]:
    refs = (draft.target, *(write.target for write in draft.writes))
    return {ref.namespace for ref in refs if ref.namespace is not None}


def _reasons(draft: Draft, action: str, policy: Policy, now: datetime, carried_out: int) -> Iterator[str]:
    for name in sorted(_namespaces(draft) & {*policy.protected_namespaces}):
        yield f"namespace {name} is protected"
    if draft.unready > policy.largest_unready_share and draft.risk != "high":
        yield f"{draft.unready:.0%} of the ready pods may be unready at one moment"
    if draft.moved > policy.largest_weight_step and draft.risk != "high":
        yield f"{draft.moved:.0f} per cent of the traffic move at once"
    if action in TAKES_BACK or action in TELLS:
        return
    if frozen := policy.frozen(now):
        yield f"changes are frozen: {frozen}"
    if carried_out >= policy.mutations_an_incident:
        yield f"{carried_out} changes were made in this incident, and the policy's budget is over"
