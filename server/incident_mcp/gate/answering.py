"""Taking an answer, from whichever door. An answer is always recorded; whether it counts is decided here alone.

A yes counts only for a plan that still waits, in time, through a door that the policy opens for its risk, and while
nobody has stopped changes. What came through the chat faster than a person can act was seen by nobody: it is neither a
yes nor a no.
"""

from incident_mcp.gate.brake import Brake
from incident_mcp.gate.plans import Plans
from incident_mcp.record.plans import WAITING, PlanStory
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import PersonsAnswer
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import IncidentError
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.policy import TELLS, Policy, PolicyNow

_SAID = {
    "accepted": "Approved",
    "declined": "Declined",
    "cancelled": "Cancelled, which is no decline:",
    "not ticked": "Accepted without the tick, which is no yes:",
    "wrong name": "Accepted with another name than the target's, which is no yes:",
}
_DOORS = {"chat": "in the chat (client-reported)", "terminal": "at the terminal", "console": "in the console"}


class Answers:
    """The answers to the plans of one record."""

    def __init__(self, plans: Plans, policy: PolicyNow, brake: Brake) -> None:
        self._plans = plans
        self._policy = policy
        self._brake = brake

    async def take(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry:
        """Record it, and in the entry whether it is a yes (`accepted`) and whether anybody saw the question."""
        told = await self._plans.story(plan)
        unseen = self._unseen(answer)
        refused = unseen or (await self._refused(plan, told, answer) if answer.said == "accepted" else "")
        entry = NewEntry(
            kind=EntryKind.ANSWER,
            text=_words(plan, answer, by, refused, unseen=bool(unseen)),
            actor=by,
            happened=answer.answered,
            plan=plan.id,
            data={
                "said": answer.said,
                "door": answer.door,
                "seconds": round(_seconds(answer), 3 if unseen else 1),
                "accepted": answer.said == "accepted" and not refused,
                "counts": not refused,
                "seen": not unseen,
                "why": refused,
                **({"chosen": list(answer.chosen)} if answer.chosen else {}),
            },
        )
        return await self._plans.record.append(told.incident, entry)

    def _unseen(self, answer: PersonsAnswer) -> str:
        """Why nobody can have seen the question."""
        if answer.doubt:
            return answer.doubt
        if answer.door != "chat":
            return ""
        try:
            fastest = self._policy().fastest_answer
        except IncidentError as error:
            return error.happened
        if answer.answered - answer.asked >= fastest:
            return ""
        return f"it came after {1000 * _seconds(answer):.0f} ms, faster than a person can answer"

    async def _refused(self, plan: Plan, told: PlanStory, answer: PersonsAnswer) -> str:
        """Why a yes can't count."""
        if told.state not in WAITING:
            return f"the plan is {told.state}"
        if answer.door == "chat" and told.deadline is not None and answer.answered > told.deadline:
            return "the client had given up on the question"
        if stopped := self._brake.pulled():
            return stopped.rstrip(".")
        try:
            return refused_by_policy(plan, answer.door, self._policy()) or await self._ended(plan, told)
        except IncidentError as error:
            return error.happened.rstrip(".")

    async def _ended(self, plan: Plan, told: PlanStory) -> str:
        if told.incident is None or plan.action in TELLS:
            return ""
        incident = await self._plans.record.incident(told.incident)
        return "" if incident.is_open else f"incident {incident.id} is {incident.status}"


def refused_by_policy(plan: Plan, door: str, policy: Policy) -> str:
    """Why the policy takes no yes to this plan through this door."""
    doors = policy.doors.of(plan.draft.risk)
    if door not in doors:
        return f"for a plan of {plan.draft.risk} risk the policy takes answers by {listed([*doors], 4)} only"
    return ""


def _seconds(answer: PersonsAnswer) -> float:
    return (answer.answered - answer.asked).total_seconds()


def _words(plan: Plan, answer: PersonsAnswer, by: Actor, refused: str, *, unseen: bool) -> str:
    door = _DOORS.get(answer.door, f"by {answer.door}")
    if unseen:
        return f"Not seen by a person: {answer.said} {plan.draft.headline}, {door}: {refused}"
    late = f", too late to count: {refused}" if refused else ""
    left = [write.box for number, write in enumerate(plan.draft.writes, 1) if number not in answer.chosen]
    without = f" (not: {listed(left)})" if answer.chosen and left else ""
    return f"{_SAID[answer.said]} {plan.draft.headline}{without}, {door} as {by.name}{late}"
