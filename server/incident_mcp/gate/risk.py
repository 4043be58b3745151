"""Policy over a draft: what the action itself can't know (protected namespaces) raises the risk; nothing lowers it."""

from incident_mcp.vocabulary.plan import Draft
from incident_mcp.vocabulary.policy import Policy


def under_policy(draft: Draft, policy: Policy) -> Draft:
    """The draft with its final risk class and the reason for it."""
    if draft.target.namespace in policy.protected_namespaces:
        because = f"namespace {draft.target.namespace} is protected"
        both = "; ".join(part for part in (draft.high_because, because) if part)
        return draft.model_copy(update={"risk": "high", "high_because": both})
    return draft
