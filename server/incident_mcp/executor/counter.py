"""What the executor does for whom: the gate, the doors and the record of its own user, one method a request.

Nothing that a client says of itself or of others is taken as known: who it is comes from the kernel, what a plan does
from the executor's own look at the cluster, and that somebody said yes from an approver's door alone.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio.to_thread

from incident_mcp.cluster.api import Api
from incident_mcp.executor.copying import take
from incident_mcp.executor.peers import Peer
from incident_mcp.executor.protocol import (
    MOST,
    Approve,
    Ask,
    Carried,
    Decline,
    Execute,
    Find,
    Get,
    Hello,
    Lift,
    Propose,
    Put,
    Read,
    Reopen,
    Review,
    Revoke,
    Standing,
    Stop,
    Waiting,
    carried,
)
from incident_mcp.gate.approvers import Approvers, WrongPassphrase
from incident_mcp.gate.attempts import Attempts
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import PersonsDoor
from incident_mcp.gate.gate import Gate
from incident_mcp.gate.request import Request
from incident_mcp.gate.steps import Tell
from incident_mcp.gate.stopping import lift, stop
from incident_mcp.record.chain import START
from incident_mcp.record.journal import Journal
from incident_mcp.record.plans import PlanState
from incident_mcp.record.record import Record
from incident_mcp.text.cleaning import one_line
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.action import Known
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import RecordError
from incident_mcp.vocabulary.plan import Plan

ERROR = 200
"""Letters of an error text that a plan may promise the end of."""
INSTEAD = "incident-mcp decline and incident-mcp stop need no passphrase; another approver's own user can approve."
SERVER = Actor(role="server", name="incident-mcp executor", known_by="server")


@dataclass(frozen=True)
class Counter:
    """The executor's working set, pinned to one cluster."""

    api: Api
    gate: Gate
    record: Record
    journal: Journal
    approvers: Approvers
    brake: Brake
    doors: Mapping[str, PersonsDoor]
    clock: Clock
    attempts: dict[int, Attempts] = field(default_factory=dict[int, Attempts])
    """By the approver's user."""

    async def answer(self, ask: Ask, peer: Peer, tell: Tell) -> Any:
        """What to say to one request of this peer's; `tell` hears of each write. Raises `IncidentError`."""
        match ask:
            case Hello():
                return await anyio.to_thread.run_sync(self._standing, peer)
            case Find():
                return await self.gate.plan(ask.plan)
            case Execute():
                plan, _ = await self.gate.plan(ask.plan)
                return await self.gate.execute(plan, _as(peer, ask.by), tell)
            case Stop():
                return await stop(
                    self.journal, self.brake, self.doors["terminal"], _user(peer), one_line(ask.why), self.clock
                )
            case Put() | Get() | Propose() | Review() | Revoke():
                return await self._for_a_client(ask, peer)
            case _:
                return await self._for_an_approver(ask, peer)

    async def _for_a_client(self, ask: Put | Get | Propose | Review | Revoke, peer: Peer) -> Any:
        match ask:
            case Put():
                return await self._put(ask)
            case Get():
                return await anyio.to_thread.run_sync(self._links, self.journal.writer, ask.after)
            case Propose():
                return await self._propose(ask.request, peer)
            case Revoke():
                return await self.gate.revoke(ask.incident, one_line(ask.why), _as(peer, ask.by))
            case Review():
                look = {
                    "waiting": self.gate.waiting,
                    "sweep": self.gate.sweep_expired,
                    "reconcile": self.gate.reconcile,
                }[ask.op]
                return await look(ask.incident, _as(peer, ask.by))

    async def _for_an_approver(self, ask: Read | Waiting | Approve | Decline | Reopen | Lift, peer: Peer) -> Any:
        match ask:
            case Read():
                return await anyio.to_thread.run_sync(self._links, ask.writer, ask.after)
            case Waiting():
                return await anyio.to_thread.run_sync(self.doors["terminal"].waiting)
            case Decline():
                door = self.doors[ask.door]
                return await door.decline(door.find(ask.plan)[0], _user(peer))
            case _:
                return await self._with_passphrase(ask, peer)

    async def _with_passphrase(self, ask: Approve | Reopen | Lift, peer: Peer) -> Any:
        if isinstance(ask, Lift):
            async with self._one_try(peer, ask.name, None, None):
                await anyio.to_thread.run_sync(self.approvers.check, ask.name, ask.passphrase)
            by = Actor(role="person", name=ask.name, known_by="passphrase")
            return await lift(self.journal, self.brake, by, self.clock)
        door = self.doors[ask.door]
        plan, told = door.find(ask.plan)
        async with self._one_try(peer, ask.name, plan, told.incident):
            if isinstance(ask, Approve):
                return await door.approve(plan, ask.name, ask.passphrase, ask.typed, ask.chosen)
            return await door.reopen(plan, ask.name, ask.passphrase)

    @asynccontextmanager
    async def _one_try(self, peer: Peer, name: str, plan: Plan | None, incident: str | None) -> AsyncGenerator[None]:
        """Around one passphrase: a user has a few wrong ones, and each stands in the record."""
        try:
            async with self.attempts.setdefault(peer.uid, Attempts(self.clock, INSTEAD)).one():
                yield
        except WrongPassphrase:
            entry = NewEntry(
                kind=EntryKind.REFUSAL,
                text=f"Not the passphrase of {one_line(name)[:80]}: {plan.draft.headline if plan else 'stop --lift'}.",
                actor=_user(peer),
                plan=plan.id if plan else None,
                data={"why": "wrong passphrase"},
            )
            await self.record.append(incident, entry)
            raise

    async def _propose(self, request: Request, peer: Peer) -> Any:
        if request.incident is not None:
            await self.record.incident(request.incident)  # raises for one that nobody told of
        if request.asks:
            self.gate.check_writing(request.incident)
        wanted = {"by": _as(peer, request.by), "known": _cleaned(request.known)}
        return await self.gate.propose(request.model_copy(update=wanted))

    async def _put(self, ask: Put) -> int:
        new = await anyio.to_thread.run_sync(take, self.journal, [one.link for one in ask.links])
        for entry in new:
            if entry.kind is EntryKind.OPENED and entry.incident and entry.cluster == self.record.cluster.server:
                await self.record.adopt(entry.incident)
        return len(new)

    def _links(self, writer: str, after: int) -> list[Carried]:
        head = self.journal.heads().get(writer, START)
        return [carried(one) for one in self.journal.links(writer, after, head.place, MOST)]

    def _standing(self, peer: Peer) -> Standing:
        stopped = self.brake.pulled()
        told, names = [stopped] if stopped else [], None
        try:
            names = tuple(self.approvers.names())
        except RecordError as error:
            told.append(error.happened)
        return Standing(
            writer=self.journal.writer,
            heads={writer: (head.place, head.hash) for writer, head in self.journal.heads().items()},
            persons=None if names is None else len(names),
            names=names if names and peer.role == "approver" else (),
            stopped=stopped,
            told=tuple(told),
        )

    async def unsettled(self) -> list[Plan]:
        """The plans that were carried out, and of which nobody knows what came of it."""
        found: list[Plan] = []
        for incident in [*await anyio.to_thread.run_sync(self.journal.incidents), None]:
            for entry in await self.record.own_plans(incident):
                if entry.plan and entry.cluster == self.record.cluster.server:
                    plan, told = await self.gate.plan(entry.plan)
                    if told.state is PlanState.SPENT and told.outcome == "unknown" and not told.settled:
                        found.append(plan)
        return found

    async def settle(self) -> list[str]:
        """Look at the cluster for what came of writes that nobody told of, in words. Sends nothing."""
        told: list[str] = []
        for incident in [*await anyio.to_thread.run_sync(self.journal.incidents), None]:
            told += await self.gate.reconcile(incident, SERVER)
        return told

    async def aclose(self) -> None:
        await self.api.aclose()


def _user(peer: Peer) -> Actor:
    return Actor(role="person", name=peer.name, known_by="OS user")


def _as(peer: Peer, said: Actor) -> Actor:
    """Whom a peer speaks for: persons are who the kernel says, everything else is what the client reports."""
    if said.role == "person" or peer.role == "approver":
        return _user(peer)
    client = one_line(mask(said.client))[:ERROR] if said.client else None
    return Actor(role=said.role, name=one_line(mask(said.name))[:80], known_by="client", client=client)


def _cleaned(known: Known) -> Known:
    """What the client's record knows of targets ends up in a plan's promise: it is text from outside."""
    errors: Mapping[str, str] = {name: one_line(mask(text))[:ERROR] for name, text in known.errors.items()}
    return known.model_copy(update={"errors": errors})
