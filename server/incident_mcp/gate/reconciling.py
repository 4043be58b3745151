"""After a crash, or a lost answer: what the cluster says of a write whose result is in no record. Nothing is sent.

*Applied* can be said as soon as it is seen. *Not applied* only when the request can no longer be on its way: the API
server gives up on one after a minute (its `--request-timeout`). What neither shows is *can't tell*, and stays so. A
plan of several writes is left alone until its bound is over: another process may still be carrying it out.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from incident_mcp.gate.steps import told
from incident_mcp.gate.telling import came_of_messages
from incident_mcp.record.plans import PlanState, PlanStory, story
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.action import Actions, Landed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, IncidentError
from incident_mcp.vocabulary.plan import Plan

ON_ITS_WAY = timedelta(seconds=60)
"""How long a write may still land after it was sent."""


async def reconcile(record: Record, actions: Actions, plan: Plan, by: Actor) -> str:
    """Settle one spent plan of unknown outcome as far as the cluster tells; the words of it, empty if not yet."""
    entries = await record.of_plan(plan.id)
    known = story(entries, plan.expires, record.clock())
    if known.state is not PlanState.SPENT or known.outcome != "unknown" or known.settled:
        return ""
    states = _states(entries, plan)
    spent = known.spent_at or entries[0].written
    if len(plan.draft.writes) > 1 and record.clock() - spent < plan.draft.lasts + ON_ITS_WAY:
        return ""
    for number in [number for number, state in states.items() if state == "unknown"]:
        since = _sent_at(entries, number)
        try:
            landed = await actions[plan.action].landed(plan.draft.writes[number - 1], since)
        except IncidentError:
            return ""  # another look will tell
        if landed != "applied" and record.clock() - since < ON_ITS_WAY:
            return ""
        states[number] = landed
    return await _settle(record, plan, known, states, by)


def _states(entries: list[Entry], plan: Plan) -> dict[int, Landed]:
    """What is known of each write. A plan of one write has no steps: its intent stands for the write."""
    steps = [entry for entry in entries if entry.kind is EntryKind.STEP]
    if not steps:
        return {1: "unknown"}
    words: dict[int, Landed] = {}
    for entry in steps:
        number, state = int(str(entry.data.get("number"))), str(entry.data.get("state"))
        words[number] = _as_landed(state)
    return words


def _as_landed(state: str) -> Landed:
    match state:
        case "applied" | "not applied" | "not needed":
            return state
        case _:
            return "unknown"


def _sent_at(entries: list[Entry], number: int) -> datetime:
    """When that write was sent at the earliest."""
    of_it = [e for e in entries if e.kind is EntryKind.STEP and e.data.get("number") == number]
    intents = [e for e in entries if e.kind is EntryKind.INTENT]
    return (of_it or intents)[0].written


async def _settle(record: Record, plan: Plan, known: PlanStory, states: dict[int, Landed], by: Actor) -> str:
    unsure = any(state == "unknown" for state in states.values())
    who, why = "the service" if plan.draft.tells else "the cluster", "The server ended in between."
    outcome = (
        came_of_messages(plan, states, {}, known.chosen, None, why)
        if plan.draft.tells
        else told(plan, states, why, None)
    )
    text = f"Can't tell from {who} either. {outcome.text}" if unsure else f"Told from {who}: {outcome.text}"
    entry = NewEntry(
        kind=EntryKind.OUTCOME,
        text=text,
        actor=by,
        plan=plan.id,
        data={
            "status": outcome.status,
            "target": str(plan.draft.target),
            "headline": plan.draft.headline,
            "sent": known.spent_at.isoformat() if known.spent_at else None,
            "reconciled": True,
            **({"tells": True} if plan.draft.tells else {}),
        },
    )
    with suppress(AlreadyDone):
        await record.append(known.incident, entry, once=f"settle {plan.id}")
    return text
