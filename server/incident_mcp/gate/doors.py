"""Doors b and c: a person, known by a passphrase, answers a plan outside the chat, in a terminal or in the console.

The record is enough; no cluster is asked, since the facts are compared again before anything is written. What is
approved here is carried out when the assistant repeats the same call, once.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal, Protocol

from incident_mcp.gate.answering import Answers
from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.plans import Plans
from incident_mcp.record.journal import Store
from incident_mcp.record.plans import WAITING, PlanAltered, PlanState, PlanStory, as_recorded, story
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import PersonsAnswer, Said
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.plan import Plan, Question
from incident_mcp.vocabulary.policy import PolicyNow

_NO_YES = {"wrong name": "the name that was typed is not the target's", "not ticked": "no box is ticked"}


class NotAYes(BadRequest):
    """The person said yes, and it did not count; the text says why."""


class Door(Protocol):
    """A person's door, wherever the gate stands: here over the record, in the separated mode over the executor."""

    def anybody(self) -> bool: ...
    def waiting(self) -> list[tuple[Plan, PlanStory]]: ...
    def find(self, plan_id: str) -> tuple[Plan, PlanStory]: ...
    async def approve(
        self, plan: Plan, name: str, passphrase: str, typed: str | None = None, chosen: tuple[int, ...] | None = None
    ) -> Entry: ...
    async def decline(self, plan: Plan, by: Actor) -> Entry: ...
    async def reopen(self, plan: Plan, name: str, passphrase: str) -> Entry: ...


class PersonsDoor:
    """One door of one state folder, for the plans of all clusters in its record."""

    def __init__(
        self,
        store: Store,
        approvers: Approvers,
        policy: PolicyNow,
        brake: Brake,
        clock: Clock,
        door: Literal["terminal", "console"],
    ) -> None:
        self._store = store
        self._approvers = approvers
        self._policy = policy
        self._brake = brake
        self._clock = clock
        self._door: Literal["terminal", "console"] = door

    def anybody(self) -> bool:
        """Whether somebody has a passphrase. Raises `RecordError`."""
        return bool(self._approvers.names())

    def waiting(self) -> list[tuple[Plan, PlanStory]]:
        """The plans of open questions that were made here, oldest first: another journal's can be read, never approved
        or carried out. Raises `RecordError`.
        """
        known = self._known(self._store.unused_plans)
        return [(plan, told) for plan, told in known if told.state in WAITING]

    def under_way(self) -> list[Plan]:
        """The plans whose writes are being sent, or were when their server ended. Raises `RecordError`."""
        known = self._known(lambda incident: self._store.entries(incident, kinds=(EntryKind.PLAN,)))
        return [plan for plan, told in known if told.outcome == "unknown" and not told.settled]

    def _known(self, read: Callable[[str | None], list[Entry]]) -> Iterator[tuple[Plan, PlanStory]]:
        """The plans of those entries, made here; what somebody altered can't be used, and must not hide the others."""
        for incident in [*self._store.incidents(), None]:
            for entry in read(incident):
                if entry.plan and entry.writer == self._store.writer and "adopted" not in entry.data:
                    with suppress(PlanAltered):
                        yield self._told(entry.plan, self._store.private(entry.plan))

    def _told(self, plan_id: str, body: bytes | None) -> tuple[Plan, PlanStory]:
        entries = self._store.of_plan(plan_id)
        plan = as_recorded(body, entries)
        return plan, story(entries, plan.expires, self._clock())

    def find(self, plan_id: str) -> tuple[Plan, PlanStory]:
        """A plan and what became of it. Raises `BadRequest` when there is none, `RecordError`."""
        body = self._store.private(plan_id)
        if body is None:
            raise BadRequest(
                f"There is no plan {plan_id[:40]}.", "incident-mcp approve without an id lists those that wait."
            )
        return self._told(plan_id, body)

    async def approve(
        self, plan: Plan, name: str, passphrase: str, typed: str | None = None, chosen: tuple[int, ...] | None = None
    ) -> Entry:
        """Say yes to exactly this plan; `typed` is the target's name where the plan's risk is high, `chosen` the
        numbers (from 1) of the boxes that were ticked where it has several; None: all of them.

        Raises `NoPassphrase`, `WrongPassphrase`, `RecordError`, and `NotAYes` where the yes can't count.
        """
        self._approvers.check(name, passphrase)
        said = _said(plan.question, typed, chosen)
        entry = await self._answer(plan, said, _person(name), chosen or ())
        if not entry.data["accepted"]:
            why = str(entry.data["why"]) or _NO_YES[said]
            raise NotAYes(f"{plan.cluster.name}: plan {plan.id} is not approved: {why} ({entry.id}).")
        return entry

    async def decline(self, plan: Plan, by: Actor) -> Entry:
        """Say no. That needs no passphrase: nothing can be changed by it."""
        return await self._answer(plan, "declined", by)

    async def reopen(self, plan: Plan, name: str, passphrase: str) -> Entry:
        """Let the assistant ask again for a change that was declined. Raises as `approve`, or `BadRequest`."""
        self._approvers.check(name, passphrase)
        _, told = self.find(plan.id)
        if told.state is not PlanState.DECLINED:
            raise BadRequest(f"Plan {plan.id} is {told.state}, not declined.", "Nothing was reopened.")
        entry = NewEntry(
            kind=EntryKind.DECISION,
            text=f"May be asked again: {plan.draft.headline}, says {name}.",
            actor=_person(name),
            plan=plan.id,
            data={"why": "reopened", "reopens": plan.id},
        )
        return await self._record(plan).append(told.incident, entry)

    async def _answer(self, plan: Plan, said: Said, by: Actor, chosen: tuple[int, ...] = ()) -> Entry:
        now = self._clock()
        answer = PersonsAnswer(said=said, door=self._door, asked=now, answered=now, chosen=chosen)
        answers = Answers(Plans(self._record(plan), self._policy), self._policy, self._brake)
        return await answers.take(plan, answer, by)

    def _record(self, plan: Plan) -> Record:
        return Record(self._store, plan.cluster, self._clock)


def _said(question: Question, typed: str | None, chosen: tuple[int, ...] | None) -> Said:
    """Raises `BadRequest` for a number that no box has."""
    if chosen and not {*chosen} <= {*range(1, len(question.boxes) + 1)}:
        raise BadRequest(f"The plan has {len(question.boxes)} boxes, and not {max(chosen)}.", "Nothing is approved.")
    if question.typed is not None and typed != question.typed:
        return "wrong name"
    return "not ticked" if question.boxes and chosen == () else "accepted"


def _person(name: str) -> Actor:
    return Actor(role="person", name=name, known_by="passphrase")
