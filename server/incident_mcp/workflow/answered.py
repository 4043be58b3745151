"""What a person is told who answered a plan outside the chat, in a terminal or in the console."""

from incident_mcp.record.plans import WAITING, PlanState, PlanStory
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.plan import Plan


def approved_words(plan: Plan, told: PlanStory, entry: Entry) -> str:
    """After the yes of `entry`, with what the plan has become by it."""
    if told.state is PlanState.APPROVED:
        return f"Approved ({entry.id}). The assistant now calls {plan.action} again, with the same arguments."
    return f"Recorded ({entry.id}): {len(told.approvals)} of {told.needed} persons approved."


def declined_words(plan: Plan, told: PlanStory, entry: Entry) -> str:
    """After the no of `entry`, with what the plan was before it."""
    words = "Declined" if told.state in WAITING else f"Noted; it was {told.state}"
    return f"{words} ({entry.id}): {plan.draft.headline}. Nothing was changed."
