"""Runs the controllers: a queue of objects to look at, and a list of moments at which to look again.

Every stored change puts the objects it concerns into the queue; a controller brings one of them a step towards its
specification. `settle` empties the queue at the present moment, `run_until` also lets the moments in between come, each
at its own time. So an hour of a crash loop is replayed in milliseconds and is the same every time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from incident_sandbox.store.store import Change, Key, Store

LIMIT = 50_000
"""Steps at one moment; beyond that two controllers are undoing each other's work."""


class Controller(Protocol):
    def concerns(self, change: Change) -> Iterable[Key]:
        """The keys of this controller's own objects that a change may matter to."""
        ...

    def reconcile(self, key: Key) -> None:
        """Bring the object one step nearer to what it should be; called again as long as its writes concern it."""
        ...


class Engine:
    def __init__(self, store: Store, start: datetime) -> None:
        self.now = start
        self._controllers: list[Controller] = []
        self._queue: dict[tuple[int, Key], None] = {}
        self._later: list[tuple[datetime, int, int, Key]] = []
        self._planned: dict[tuple[int, Key], datetime] = {}
        self._count = 0
        self.paused = False
        store.listeners.append(self._changed)

    def add(self, controller: Controller) -> None:
        self._controllers.append(controller)

    def _changed(self, change: Change) -> None:
        for number, controller in enumerate(self._controllers):
            for key in controller.concerns(change):
                self._queue[number, key] = None

    def again(self, controller: Controller, key: Key, moment: datetime) -> None:
        """Look at `key` at `moment`, unless an earlier look is planned already (which can plan the next one)."""
        number = self._controllers.index(controller)
        planned = self._planned.get((number, key))
        if planned is not None and planned <= moment:
            return
        self._planned[number, key] = moment
        self._count += 1
        heapq.heappush(self._later, (moment, self._count, number, key))

    @property
    def next_moment(self) -> datetime | None:
        """When something is due next, if nothing is written before."""
        return self._later[0][0] if self._later else None

    def settle(self) -> int:
        """Work until nothing is left to do at this moment; the number of steps it took."""
        steps = 0
        while self._queue and not self.paused:
            number, key = next(iter(self._queue))
            del self._queue[number, key]
            self._controllers[number].reconcile(key)
            steps += 1
            if steps > LIMIT:
                raise RuntimeError(f"{type(self._controllers[number]).__name__} does not come to rest at {key}")
        return steps

    def run_until(self, moment: datetime) -> None:
        """Let time pass up to `moment`, stopping wherever something is due."""
        self.settle()
        while self._later and self._later[0][0] <= moment and not self.paused:
            due, _, number, key = heapq.heappop(self._later)
            if self._planned.get((number, key)) != due:
                continue  # an earlier look replaced this one
            del self._planned[number, key]
            self.now = max(self.now, due)
            self._queue[number, key] = None
            self.settle()
        self.now = max(self.now, moment)

    def after(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)
