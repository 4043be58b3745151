"""Debts of an incident: noted when a change is carried out, taken by somebody, and settled by what the cluster says.

They never block: an incident closes with them, and whoever commands it then owes them.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

import anyio
from pydantic import JsonValue

from incident_mcp.cluster.look import together
from incident_mcp.record.debts import Debt, debts, noted, owner
from incident_mcp.text.budget import first
from incident_mcp.text.words import clock, count
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, ClusterError, ExecutorAway
from incident_mcp.vocabulary.plan import Plan
from incident_mcp.vocabulary.reply import Reply
from incident_mcp.workflow.desk import Desk

SECONDS = 2.0
"""How long an answer waits for the cluster to say what is still there."""
SHOWN = 5
_CARRIED_OUT = ("applied", "applied in part", "aborted", "unknown")


async def review_debts(desk: Desk, incident: str | None, by: Actor, after: Plan | None = None) -> None:
    """Note what carried-out changes left behind, and settle what is no longer so, as far as the cluster tells.
    Right `after` a plan, only of what its writes went to.
    """
    if incident is None:
        return
    with suppress(ExecutorAway):  # its plans tell what they left; another look will
        await note_debts(desk, incident, by)
    with anyio.move_on_after(SECONDS), suppress(ClusterError, ExecutorAway):
        open_ones = debts(await _own(desk, incident))
        await together([partial(_settle_if_gone, desk, incident, debt, by, after) for debt in open_ones])


async def note_debts(desk: Desk, incident: str, by: Actor) -> None:
    """One entry for each, once; also of a change whose outcome was told by the cluster later, and of what a change that
    was stopped or put back had done beside.
    """
    entries = await _own(desk, incident)
    known = noted(entries)
    order = list(done := _carried_out(entries))
    for place, name in enumerate(order):
        if any((name, number) not in known for number in done[name]):
            earlier = {(plan, number) for plan, number in known if plan in order[:place]}
            known |= await _note(desk, incident, name, done[name], earlier, by)


def _carried_out(entries: Sequence[Entry]) -> dict[str, set[int]]:
    """By plan, in the order of their outcomes, the numbers of its writes that are known to be done."""
    found: dict[str, set[int]] = {}
    for entry in entries:
        if entry.changed and entry.plan and entry.data.get("status") in _CARRIED_OUT:
            steps = [each for each in entries if each.kind is EntryKind.STEP and each.plan == entry.plan]
            states = {int(str(each.data["number"])): each.data["state"] for each in steps}
            if entry.data["status"] == "applied":  # also where the cluster told it later than the steps
                found[entry.plan] = {number for number in states if states[number] != "not needed"} or {1}
            else:
                found[entry.plan] = {number for number in states if states[number] == "applied"}
    return found


async def _own(desk: Desk, incident: str) -> list[Entry]:
    """What another journal carried out is told and settled there, where its plan is."""
    told = await desk.record.entries(incident, EntryKind.OUTCOME, EntryKind.STEP, EntryKind.DEBT)
    return [entry for entry in told if desk.record.wrote(entry)]


async def _note(
    desk: Desk, incident: str, name: str, done: set[int], earlier: set[tuple[str, int]], by: Actor
) -> set[tuple[str, int]]:
    """Record what the done writes of a plan left; `earlier` are the writes that left something before it."""
    from incident_mcp.mitigate.leftovers import left_after  # met with the first change

    plan, _ = await desk.gate.plan(name)
    before = [((await desk.gate.plan(each))[0], number) for each, number in sorted(earlier)]
    found: set[tuple[str, int]] = set()
    for left in left_after(plan, done, before):
        due = desk.clock() + left.within
        data: dict[str, JsonValue] = {
            "state": "owed",
            "what": left.what,
            "due": due.isoformat(),
            "number": left.number,
        }
        text = f"Left behind: {left.what}; to be settled by {clock(due, desk.clock())} UTC"
        entry = NewEntry(kind=EntryKind.DEBT, text=text, actor=by, plan=name, data=data)
        found.add((name, left.number))
        with suppress(AlreadyDone):
            await desk.record.append(incident, entry, once=f"debt {name} {left.number}")
    return found


async def _settle_if_gone(desk: Desk, incident: str, debt: Debt, by: Actor, after: Plan | None) -> None:
    from incident_mcp.mitigate.leftovers import place, still_there

    plan, _ = await desk.gate.plan(debt.plan)
    write = plan.draft.writes[debt.number - 1]
    if after is not None and place(write) not in {place(one) for one in after.draft.writes}:
        return
    if await still_there(desk.api, desk.actions[plan.action], plan, write) is False:
        await settle(desk, incident, debt, "the cluster shows that it is no longer so", by)


async def settle(desk: Desk, incident: str, debt: Debt, why: str, by: Actor) -> str:
    """Record that a debt is over; the entry's id, empty when somebody was faster."""
    data: dict[str, JsonValue] = {"state": "settled", "of": debt.id}
    entry = NewEntry(kind=EntryKind.DEBT, text=f"Settled: {debt.what}: {why}", actor=by, plan=debt.plan, data=data)
    with suppress(AlreadyDone):
        return (await desk.record.append(incident, entry, once=f"settle {incident} {debt.id}")).id
    return ""


async def take(desk: Desk, incident: str, debt: Debt, who: str, by: Actor) -> str:
    """Record who owes it from now on; the entry's id."""
    data: dict[str, JsonValue] = {"state": "taken", "of": debt.id, "owner": who}
    entry = NewEntry(kind=EntryKind.DEBT, text=f"{who} takes: {debt.what}", actor=by, plan=debt.plan, data=data)
    return (await desk.record.append(incident, entry)).id


async def assign(desk: Desk, incident: str, by: Actor) -> tuple[str, ...]:
    """What nobody took becomes the commander's own; returns all that is owed, in words."""
    entries = await desk.record.entries(incident)
    for debt in debts(entries):
        if not debt.owner:
            await take(desk, incident, debt, owner(debt, entries), by)
    return debt_lines(await desk.record.entries(incident), desk.clock())


def debt_lines(entries: Sequence[Entry], now: datetime) -> tuple[str, ...]:
    """`Left behind (e15): Node node-2 is cordoned. Ada, until 20:14:05 UTC.`"""
    if not entries or entries[0].kind is not EntryKind.OPENED:
        return ()
    part = first([_line(debt, entries, now) for debt in debts(entries)], SHOWN)
    more = (f"Left behind beside: {part.whole - len(part.items)} more.",) if part.note else ()
    return (*part.items, *more)


def _line(debt: Debt, entries: Sequence[Entry], now: datetime) -> str:
    when = f"until {clock(debt.due, now)} UTC" if debt.due > now else f"overdue since {clock(debt.due, now)} UTC"
    return f"Left behind ({debt.id}): {debt.what}. {owner(debt, entries)}, {when}."


async def reminded(desk: Desk, reply: Reply) -> Reply:
    """The reply with a few words on what is left behind, where it does not tell that itself."""
    if reply.incident is None or reply.owed is None:
        return reply
    found = debts(await desk.record.entries(reply.incident, EntryKind.DEBT))
    if not found:
        return reply
    late = sum(debt.due <= desk.clock() for debt in found)
    overdue = f", {late} overdue" if late else ""
    return reply.model_copy(update={"owed": f"{count(len(found), 'thing')} left behind{overdue}: get_incident"})
