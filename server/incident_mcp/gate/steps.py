"""The writes of one plan, sent in the order in which it lists them, each once.

A plan of several has each write in the record twice: before it is sent, and when its result is known. A write that was
refused ends the plan; what was done until then stays done, and is named. An eviction that a disruption budget holds
back was refused, not carried out, so it alone is tried again, until the bound that the person was shown. An abort is
sent only where the change before it turns out bad.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import anyio
import anyio.lowlevel

from incident_mcp.gate.aborting import turned_bad
from incident_mcp.gate.telling import came_of_messages
from incident_mcp.record.record import Record
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.action import Action, Landed
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import (
    Conflict,
    IncidentError,
    NotFound,
    ServerFailed,
    Throttled,
    Unreachable,
)
from incident_mcp.vocabulary.permit import Permit
from incident_mcp.vocabulary.plan import Plan, Write

PAUSE = timedelta(seconds=5)
"""Between two tries of an eviction that a budget holds back (kubectl drain waits as long)."""
Tell = Callable[[int, int, str], Awaitable[None]]
"""Told after each write: how many are done, of how many, and which it was."""


Halted = Callable[[], str]
"""Why nothing more may be sent; empty: it may."""


def unhalted() -> str:
    """Nobody pulls."""
    return ""


async def untold(done: int, total: int, what: str) -> None:
    """Nobody listens."""


@dataclass
class Steps:
    """One run over the writes of one plan, and what is known of each so far."""

    record: Record
    incident: str | None
    action: Action[Any]
    permit: Permit
    by: Actor
    tell: Tell = untold
    halted: Halted = unhalted
    """Asked before each write: a stop holds in the middle of a plan too."""
    states: dict[int, Landed] = field(default_factory=dict[int, Landed])
    """By the write's number, from 1."""
    why: str = ""
    """Why it stopped."""
    whys: dict[int, str] = field(default_factory=dict[int, str])
    """Of messages, why each that was not sent was not."""
    sent: datetime | None = None
    """When the first write left."""
    changed: datetime | None = None
    """When the last one left."""
    output: tuple[str, ...] = ()
    """What the writes brought back."""

    @property
    def plan(self) -> Plan:
        return self.permit.plan

    async def run(self) -> None:
        """Send them all, or stop at the first that can't be carried out. A cancelled call ends between two writes, but
        not before an abort: what was changed is watched to the end, whoever listens. A message stands for itself: that
        one could not be sent holds up no other.
        """
        chosen = self.permit.chosen
        waiting = [
            (number, write)
            for number, write in enumerate(self.plan.draft.writes, 1)
            if chosen is None or number in chosen
        ]
        while waiting:
            held: list[tuple[int, Write]] = []
            for number, write in waiting:
                if self.sent is not None and not write.abort_within:
                    await anyio.lowlevel.checkpoint()
                if why := self.halted():
                    self.why = why
                    return
                state: Landed | None = None
                with anyio.CancelScope(shield=True):
                    state = await self._step(number, write)
                if state is None:
                    held.append((number, write))
                elif state in ("not applied", "unknown") and not write.box:
                    return
            if held and not await self._may_wait(held):
                return
            waiting = held

    async def _may_wait(self, held: list[tuple[int, Write]]) -> bool:
        """Pause before the next try of what a budget holds back; False when the bound would be over by then."""
        if self.record.clock() + PAUSE < self.permit.until:
            await anyio.sleep(PAUSE.total_seconds())
            return True
        with anyio.CancelScope(shield=True):
            for number, write in held:
                await self._note(number, write, "not applied")
        return False

    async def _step(self, number: int, write: Write) -> Landed | None:
        """One write and its result; None: a budget holds it back."""
        if write.abort_within:
            bad = await self._turned_bad(write)
            if stopped := self.halted():  # also while it was watched: then nobody sends the abort
                self.why = f"{stopped} A stop holds back the abort too."
                return "not applied"
            if not bad:
                await self._note(number, write, "not needed")
                return "not needed"
        if number not in self.states:
            await self._note(number, write, None)
        self.changed = self.record.clock()
        self.sent = self.sent or self.changed
        state = await self._send(write)
        if write.box:
            self.whys[number], self.why = self.why, ""
        if state is None:  # refused, until another try says otherwise; the record need not hear of each
            self.states[number] = "not applied"
        else:
            await self._note(number, write, state)
            done = sum(one in ("applied", "not needed") for one in self.states.values())
            await self.tell(done, len(self.plan.draft.writes), write.shown)
        return state

    async def _turned_bad(self, write: Write) -> bool:
        done, total = len(self.states), len(self.plan.draft.writes)

        async def tell(words: str) -> None:
            await self.tell(done, total, words)

        since = self.changed or self.record.clock()
        self.why = await turned_bad(self.action, self.plan, write, since, self.record.clock, tell, self.halted)
        return bool(self.why)

    async def _send(self, write: Write) -> Landed | None:
        try:
            self.output += await self.action.apply(write, self.permit)
        except Unreachable as error:
            self.why = str(error)
            return "unknown" if error.sent else "not applied"
        except ServerFailed as error:  # a 5xx can come after the object was stored
            self.why = str(error)
            return "unknown"
        except IncidentError as error:
            self.why = f"{self.why}. {error}" if write.abort_within else str(error)
            return _refused(write, error)
        return "applied"

    async def _note(self, number: int, write: Write, state: Landed | None) -> None:
        self.states[number] = state or "unknown"
        if len(self.plan.draft.writes) == 1:
            return  # the plan's own intent and outcome tell it
        word, why = state or "sending", self.whys.get(number, self.why)
        entry = NewEntry(
            kind=EntryKind.STEP,
            text=f"{word}: {write.shown}" + (f" ({why})" if state in ("not applied", "unknown") else ""),
            actor=self.by,
            plan=self.plan.id,
            data={"number": number, "state": word, "what": write.shown},
        )
        await self.record.append(self.incident, entry)

    def outcome(self, ended: str = "") -> Outcome:
        """What came of the plan, in one; `ended` says why it was left before its end."""
        if self.plan.draft.tells:
            return came_of_messages(self.plan, self.states, self.whys, self.permit.chosen, self.sent, ended or self.why)
        outcome = told(self.plan, self.states, ended or self.why, self.sent)
        if not self.output:
            return outcome
        return outcome.model_copy(update={"text": f"{outcome.text}: {self.output[0]}", "output": self.output})


def _refused(write: Write, error: IncidentError) -> Landed | None:
    if write.may_be_gone and isinstance(error, NotFound | Conflict):
        return "not needed"
    return None if write.patient and isinstance(error, Throttled) else "not applied"


def told(plan: Plan, states: dict[int, Landed], why: str, sent: datetime | None) -> Outcome:
    """The states of a plan's writes as one outcome. A write without a state was never sent."""
    writes = dict(enumerate(plan.draft.writes, 1))
    good = [number for number in writes if states.get(number) in ("applied", "not needed")]
    if any(write.abort_within and states.get(number) == "applied" for number, write in writes.items()):
        return _aborted(plan, states, why, sent)
    if len(good) == len(writes):
        return Outcome(status="applied", text=f"{plan.draft.headline}: done", sent=sent)
    if all(number in good or (write.abort_within and number not in states) for number, write in writes.items()):
        text = (
            f"{plan.draft.headline}: done, but its watch was cut short, so nothing puts it back by itself. {why} "
            f"{plan.draft.undo.shown}"
        )
        return Outcome(status="applied", text=text, sent=sent)
    if any(states.get(number) == "unknown" for number in writes):
        return _unknown(plan, states, sent)
    if not any(state == "applied" for state in states.values()):
        return Outcome(status="not applied", text=f"Not applied. {why}", sent=sent if states else None)
    left = [writes[number].shown for number in writes if number not in good]
    text = (
        f"Applied in part: {len(good)} of {len(writes)} writes of {plan.draft.headline}. "
        f"Not done: {listed(left, most=5)}. {why}"
    )
    return Outcome(status="applied in part", text=text.rstrip(), sent=sent)


def _aborted(plan: Plan, states: dict[int, Landed], why: str, sent: datetime | None) -> Outcome:
    """It was put back. What the plan did beside it (a suspended sync) was not."""
    writes = dict(enumerate(plan.draft.writes, 1))
    back = {write.path for number, write in writes.items() if write.abort_within and states.get(number) == "applied"}
    stays = [
        write.shown for number, write in writes.items() if states.get(number) == "applied" and write.path not in back
    ]
    beside = f" Still done: {listed(stays)}." if stays else ""
    text = f"Aborted, as the plan said: {why.rstrip('.')}. Put back: {plan.draft.headline}.{beside}"
    return Outcome(status="aborted", text=text, sent=sent)


def _unknown(plan: Plan, states: dict[int, Landed], sent: datetime | None) -> Outcome:
    number = next(number for number, state in states.items() if state == "unknown")
    write = plan.draft.writes[number - 1]
    of = "The write" if len(plan.draft.writes) == 1 else f"Write {number} of {len(plan.draft.writes)} ({write.shown})"
    at = f" at {sent.strftime('%H:%M:%S.%f')[:-3]} UTC" if sent else ""
    target = write.target
    where = f"-n {target.namespace} " if target.namespace else ""
    told = write.looks or f"kubectl {where}get {target.kind.lower()} {target.name} -o yaml will tell."
    looks = f"get_incident looks again, or {told}"
    if write.method == "EXEC":
        looks = "No object tells whether a command ran: look at what it would have done."
    text = f"Unknown. {of} was sent{at} and no good answer came. It was not repeated. {looks}"
    return Outcome(status="unknown", text=text, sent=sent)
