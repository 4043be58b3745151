"""The gate as the assistant's server sees it in the separated mode: every question goes to the executor.

Here is no credential that writes, no policy, no approval. What an incident's record says goes over before each request,
and what the executor wrote comes back after it, so whoever reads this record sees one story. Without the executor
nothing can be planned or changed, and reading goes on.
"""

import threading
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import anyio.from_thread
import anyio.to_thread
from pydantic import TypeAdapter

from incident_mcp.executor.call import Call
from incident_mcp.executor.copying import catch_up
from incident_mcp.executor.protocol import Ask, Execute, Find, Propose, Review, Revoke
from incident_mcp.gate.request import Proposal, Request
from incident_mcp.gate.steps import Tell, untold
from incident_mcp.gate.writing import NotAllowed, Writing
from incident_mcp.record.journal import Journal
from incident_mcp.record.plans import PlanStory, as_recorded, story
from incident_mcp.record.record import Record
from incident_mcp.text.modes import Mode
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.answer import Outcome, PersonsAnswer
from incident_mcp.vocabulary.entry import Entry
from incident_mcp.vocabulary.errors import ExecutorAway, IncidentError
from incident_mcp.vocabulary.plan import Plan

T = TypeVar("T")
CHAT_IS_CLOSED = (
    "the executor takes answers of its approvers only, each as an OS user of their own (incident-mcp approve)"
)


class SeparatedGate:
    """A `Gate` whose other side is the executor at `path`."""

    mode: Mode = "Separated"

    def __init__(self, path: Path, journal: Journal, record: Record, writing: Writing) -> None:
        self._path = path
        self._journal = journal
        self._record = record
        self._writing = writing
        self._catching_up = threading.Lock()

    def check_writing(self, incident: str | None = None) -> None:
        """Raises `WritingIsOff`. Whether anything may be written now is the executor's to say, when it plans."""
        self._writing.check(self._record.cluster.name)

    def chat_refusal(self, plan: Plan) -> str:
        """The chat is no door: the executor can't see who sits there."""
        return CHAT_IS_CLOSED

    async def propose(self, request: Request) -> Proposal:
        """Raises what the gate raises, and `ExecutorAway`."""
        await self._catch_up()
        return await self._told(Propose(request=request), Proposal)

    async def plan(self, plan_id: str) -> tuple[Plan, PlanStory]:
        """Raises `BadRequest` when there is none of that id, and `ExecutorAway`. What was planned here, before there
        was an executor, can still be told of.
        """
        if (body := await self._record.private(plan_id)) is not None:
            entries = await self._record.of_plan(plan_id)
            plan = as_recorded(body, entries)
            return plan, story(entries, plan.expires, self._record.clock())
        return await self._ask(Find(plan=plan_id), tuple[Plan, PlanStory])

    async def moved(self, plan: Plan, by: Actor) -> str:
        """Asked of plans that were answered in the chat, and none is."""
        return ""

    async def ask(self, proposal: Proposal, by: Actor, deadline: datetime | None = None) -> None:
        """Raises `NotAllowed`: no question is put in the chat."""
        raise self._closed(proposal.plan)

    async def answer(self, plan: Plan, answer: PersonsAnswer, by: Actor) -> Entry:
        """Raises `NotAllowed`: whoever answers in the chat, it is neither a yes nor a no."""
        raise self._closed(plan)

    def _closed(self, plan: Plan) -> NotAllowed:
        return NotAllowed(
            f"{self._record.cluster.name}: the chat is no door: {CHAT_IS_CLOSED}.",
            f"A person approves: incident-mcp approve {plan.id}.",
        )

    async def execute(self, plan: Plan, by: Actor, tell: Tell = untold) -> Outcome:
        """Have the executor carry it out. Where it dies in the middle, the outcome is unknown until it is back."""
        self.check_writing()
        await self._catch_up()
        try:
            return await self._told(Execute(plan=plan.id, by=by), Outcome, tell)
        except ExecutorAway as error:
            if not error.sent:
                raise
            text = (
                f"Unknown. {error.happened} Nothing is sent again; when it is back it looks at the cluster and tells: "
                "get_incident."
            )
            return Outcome(status="unknown", text=text)

    async def waiting(self, incident: str | None, by: Actor) -> list[str]:
        """The plans that wait; or a line that says why nobody can tell."""
        try:
            await self._catch_up()
            return await self._told(Review(op="waiting", incident=incident, by=by), list[str])
        except IncidentError as error:
            return [str(error)]

    async def sweep_expired(self, incident: str | None, by: Actor) -> list[str]:
        return await self._reviewed(Review(op="sweep", incident=incident, by=by))

    async def reconcile(self, incident: str | None, by: Actor) -> list[str]:
        return await self._reviewed(Review(op="reconcile", incident=incident, by=by))

    async def revoke(self, incident: str | None, why: str, by: Actor) -> list[str]:
        """An executor that is away hears of the incident's end when it is back, and carries out no plan of it."""
        return await self._reviewed(Revoke(incident=incident, why=why[:400], by=by))

    async def _reviewed(self, request: Ask) -> list[str]:
        try:
            await self._catch_up()
            return await self._told(request, list[str])
        except IncidentError:  # `waiting` tells it in every answer; reading goes on
            return []

    async def _told(self, request: Ask, kind: type[T] | Any, tell: Tell = untold) -> T:
        """As `_ask`, and what the executor wrote meanwhile is in this record."""
        try:
            return await self._ask(request, kind, tell)
        finally:
            with anyio.move_on_after(1, shield=True):
                await self._afterwards()

    async def _ask(self, request: Ask, kind: type[T] | Any, tell: Tell = untold) -> T:
        call = Call(self._path, request)
        run = partial(call.run, partial(anyio.from_thread.run, _awaited(tell)))
        try:
            answer = await anyio.to_thread.run_sync(run, abandon_on_cancel=True)
        except anyio.get_cancelled_exc_class():
            call.give_up()
            raise
        return TypeAdapter[T](kind).validate_python(answer)

    async def _afterwards(self) -> None:
        try:
            await self._catch_up()
        except ExecutorAway:
            return  # what it wrote comes with the next request

    async def _catch_up(self) -> None:
        await anyio.to_thread.run_sync(self._exchange, abandon_on_cancel=True)

    def _exchange(self) -> None:
        with self._catching_up:
            self._record.executor = catch_up(self._journal, self._path).writer


def _awaited(tell: Tell) -> Callable[[int, int, str], Coroutine[Any, Any, None]]:
    async def told(done: int, total: int, what: str) -> None:
        await tell(done, total, what)

    return told
