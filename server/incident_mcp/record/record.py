"""The record as the workflow sees it: entries go to the right incident, masked, in a worker thread.

A tool's incident is the one it names, else the only open one of this cluster. Without any, entries wait under
*unassigned* until an incident is opened and adopts them.
"""

import difflib
from datetime import timedelta
from functools import partial

import anyio.to_thread

from incident_mcp.record.incident import Incident
from incident_mcp.record.journal import Store
from incident_mcp.record.slug import incident_id
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.entry import Entry, EntryKind, NewEntry
from incident_mcp.vocabulary.errors import AlreadyDone, BadRequest
from incident_mcp.vocabulary.refs import Cluster

ADOPTED_FOR = timedelta(hours=1)
"""What was seen longer ago than this belongs to another story than the incident that opens now."""


class Record:
    """The incidents of one cluster. Every method may raise `RecordError`."""

    def __init__(self, store: Store, cluster: Cluster, clock: Clock, *, shared: bool = False) -> None:
        self.store = store
        self._shared = shared
        self.cluster = cluster
        self.clock = clock
        self.executor = ""
        """The writer that carries out this record's plans, where that is another process."""

    async def append(
        self, incident: str | None, new: NewEntry, *, once: str | None = None, private: bytes | None = None
    ) -> Entry:
        """Write one entry. Raises `AlreadyDone` when `once` has been used before."""
        write = partial(self.store.append, incident, self.cluster.server, new, once=once, private=private)
        return await anyio.to_thread.run_sync(write)

    async def entries(self, incident: str | None, *kinds: EntryKind) -> list[Entry]:
        """An incident's entries in order, all or of some kinds; None: those of this cluster that have no incident."""
        cluster = self.cluster.server if incident is None else None
        return await anyio.to_thread.run_sync(self.store.entries, incident, cluster, kinds)

    async def of_plan(self, plan: str) -> list[Entry]:
        return await anyio.to_thread.run_sync(self.store.of_plan, plan)

    async def answers(self) -> list[Entry]:
        """What people answered here, in all incidents of this cluster, oldest first."""
        return await anyio.to_thread.run_sync(self.store.answers, self.cluster.server)

    async def own_plans(self, incident: str | None) -> list[Entry]:
        """The plans of an incident that were made here, in order: another journal's can be read, never carried out."""
        return [entry for entry in await self.entries(incident, EntryKind.PLAN) if self.wrote(entry)]

    async def unused_plans(self, incident: str | None) -> list[Entry]:
        """Those of `own_plans` that nothing has spent or ended: few, however long the incident is."""
        return await anyio.to_thread.run_sync(self.store.unused_plans, incident)

    def wrote(self, entry: Entry) -> bool:
        """Whether an entry is of this journal, or its executor's, and not of one that tells the incident elsewhere."""
        return entry.writer in (self.store.writer, self.executor or self.store.writer)

    async def private(self, name: str) -> bytes | None:
        return await anyio.to_thread.run_sync(self.store.private, name)

    async def incidents(self) -> list[Incident]:
        """All incidents of this cluster, oldest first."""
        found = await anyio.to_thread.run_sync(self.store.lives)
        return [incident for incident in found if incident.cluster.server == self.cluster.server]

    async def incident(self, name: str) -> Incident:
        """One incident by its id. Raises `BadRequest` with the nearest ids when there is none."""
        known = {incident.id: incident for incident in await anyio.to_thread.run_sync(self.store.lives)}
        if name in known:
            return self._ours(known[name])
        ids = list(known)
        near = difflib.get_close_matches(name, ids, n=3, cutoff=0.4) or ids[-3:]
        next_step = (
            f"Known: {', '.join(near)}." if near else "No incident has been opened yet: open_incident does that."
        )
        raise BadRequest(f"There is no incident {name}.", next_step)

    def _ours(self, incident: Incident) -> Incident:
        if incident.cluster.server != self.cluster.server:
            raise BadRequest(
                f"Incident {incident.id} belongs to cluster {incident.cluster.name} ({incident.cluster.server}).",
                f"This server works on {self.cluster.name}; open an incident here, or use the server of that cluster.",
            )
        return incident

    async def current(self, name: str | None) -> Incident | None:
        """The named incident, else the only open one; None when none is open.

        Raises `BadRequest` when several are open and none was named.
        """
        if name is not None:
            return await self.incident(name)
        still_open = await self.still_open()
        if len(still_open) > 1:
            names = ", ".join(incident.id for incident in still_open)
            raise BadRequest("Several incidents are open.", f"Name one as the argument incident: {names}.")
        return still_open[0] if still_open else None

    async def still_open(self) -> list[Incident]:
        return [incident for incident in await self.incidents() if incident.is_open]

    async def open(self, title: str, actor: Actor, commander: Actor) -> Incident:
        """Open an incident and adopt the entries of the last hour that had none."""
        now = self.clock()
        while True:
            taken = await anyio.to_thread.run_sync(self.store.incidents)
            name = incident_id(mask(title), now, taken, self.store.writer if self._shared else "")
            opened = NewEntry(
                kind=EntryKind.OPENED,
                text=f"Incident opened: {title}",
                actor=actor,
                data={
                    "title": title,
                    "cluster": self.cluster.model_dump(mode="json"),
                    "commander": commander.name,
                    "known_by": commander.known_by,
                },
            )
            try:
                await self.append(name, opened, once=f"open {name}")
                break
            except AlreadyDone:  # another server took that id in the same moment: the next free one is ours
                continue
        await self.adopt(name)
        return await self.incident(name)

    async def adopt(self, name: str) -> None:
        """Take over what was written in the last hour without an incident."""
        oldest = self.clock() - ADOPTED_FOR
        for entry in await self.entries(None):
            if entry.written < oldest:
                continue
            kept = {"kind", "text", "actor", "happened", "tool", "plan", "data"}
            copy = NewEntry.model_validate(entry.model_dump(include=kept))
            copy = copy.model_copy(update={"data": copy.data | {"adopted": entry.id}})
            try:
                await self.append(name, copy, once=f"adopt {entry.hash}")
            except AlreadyDone:
                continue
