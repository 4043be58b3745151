"""What all actions share that tell people something: they rest on the record and not on the cluster, each message is
sent once, and what went out is noted at once.

After a broken connection the service is asked for the message, where it can be; only what is not found there stays
*unknown*. Nothing is sent again.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from incident_mcp.text.words import duration
from incident_mcp.vocabulary.action import Known, Landed
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import BadRequest, IncidentError, ServerFailed, Unreachable
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Fact, Plan, Undo, Write, canonical
from incident_mcp.vocabulary.refs import Ref

if TYPE_CHECKING:  # met when somebody is to be told: a server starts without them
    from incident_mcp.communicate.channel import Sent
    from incident_mcp.communicate.switchboard import Switchboard
    from incident_mcp.record.record import Record
    from incident_mcp.vocabulary.entry import Entry

KIND = "Incident"
"""The target's kind: what is told of."""
NOT_BACK = Undo(shown="A message can't be taken back; a correction is a message of its own.")


class Telling:
    """The part of the `Action` protocol that does not depend on what is said."""

    name: str

    def __init__(self, record: Record, clock: Clock, board: Switchboard) -> None:
        self.record = record
        self.clock = clock
        self.board = board

    async def told(self, known: Known) -> tuple[Ref, list[Entry]]:
        """The incident, and what its record holds. Raises `BadRequest` without one."""
        if known.incident is None:
            raise BadRequest("A message belongs to an incident, and none is open.", "Call open_incident first.")
        return Ref(kind=KIND, name=known.incident), await self.record.entries(known.incident)

    async def facts_now(self, plan: Plan) -> tuple[Fact, ...]:
        """Of all that a message can rest on, what this one rests on."""
        pointers = {fact.pointer for fact in plan.draft.facts}
        now = facts(await self.record.entries(plan.draft.target.name))
        return tuple(fact for fact in now if fact.pointer in pointers)

    async def moved_by(self, plan: Plan) -> str:
        now = {fact.pointer: fact.value for fact in await self.facts_now(plan)}
        moved = [fact.shown for fact in plan.draft.facts if now.get(fact.pointer) != fact.value]
        since = f"Since the text was written ({duration(self.clock() - plan.made)} ago)"
        return f"{since} this changed: {', '.join(moved) or 'nothing'}."

    async def rehearse(self, plan: Plan) -> None:
        """A message has no dry run."""

    async def evidence(self, plan: Plan, since: datetime | None = None) -> dict[str, Any]:
        return {}

    async def kept(self, plan: Plan) -> bool | None:
        return None

    async def alarm(self, plan: Plan, since: datetime) -> str:
        return ""

    async def apply(self, write: Write, permit: Permit) -> tuple[str, ...]:
        began = self.clock()
        channel = self.board.of(write)
        try:
            sent = await channel.send(write, permit)
        except (Unreachable, ServerFailed) as error:
            if isinstance(error, Unreachable) and not error.sent:
                raise
            found = None
            with suppress(IncidentError):
                found = await self._found(write, began)
            if found is None:
                raise
            sent = found
        await self._note(permit.plan, write, sent)
        return ()

    async def landed(self, write: Write, since: datetime) -> Landed:
        from incident_mcp.communicate.channel import CantTell

        try:
            sent = await self.board.of(write).find(write, since)
        except CantTell:
            return "unknown"
        if sent is None:
            return "not applied"
        if plan := await self._plan_of(write):
            await self._note(plan, write, sent)
        return "applied"

    async def _found(self, write: Write, since: datetime) -> Sent | None:
        from incident_mcp.communicate.channel import CantTell

        with suppress(CantTell):
            return await self.board.of(write).find(write, since)
        return None

    async def _plan_of(self, write: Write) -> Plan | None:
        """The plan that lists it, the newest incident first: a marker is in one plan only."""
        for incident in reversed(await self.record.incidents()):
            for made in reversed(await self.record.own_plans(incident.id)):
                if made.data.get("action") == self.name and made.plan:
                    body = await self.record.private(made.plan)
                    plan = Plan.model_validate_json(body) if body else None
                    if plan and write in plan.draft.writes:
                        return plan
        return None

    async def _note(self, plan: Plan, write: Write, sent: Sent) -> None:
        from incident_mcp.communicate.sent import note

        await note(self.record, plan, write, self.board.of(write).said(write), sent)


def likeness(*asked: JsonValue) -> str:
    """The same for the same wish. A digest: the wish itself may hold what must not stand in the record."""
    return hashlib.sha256(canonical([*asked])).hexdigest()[:16]


def facts(entries: list[Entry]) -> tuple[Fact, ...]:
    """What a message rests on: what was said before it, how bad it is, and whether it is over."""
    from incident_mcp.communicate.proof import proof_of
    from incident_mcp.communicate.sent import messages
    from incident_mcp.record.incident import fold

    told, incident = messages(entries), fold(entries)
    return (
        Fact(pointer="/told", value=told[-1].entry if told else "", shown="what the others were told last"),
        Fact(pointer="/severity", value=str(incident.severity or ""), shown="the severity"),
        Fact(pointer="/recovered", value=proof_of(entries).recovered, shown="the verdict"),
    )
