"""What every controller needs: the store, the writer, the engine, and a way to record events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from incident_sandbox.controllers.engine import Engine
from incident_sandbox.controllers.events import EventRecorder
from incident_sandbox.model.objects import Object
from incident_sandbox.model.resources import Resource
from incident_sandbox.store.store import Store
from incident_sandbox.writes.managed_fields import Author
from incident_sandbox.writes.writer import Writer

MANAGER = Author("kube-controller-manager")
MANAGER_STATUS = Author("kube-controller-manager", subresource="status")


@dataclass(frozen=True, slots=True)
class Context:
    store: Store
    writer: Writer
    engine: Engine
    events: EventRecorder

    def update(self, resource: Resource, old: Object, new: Object) -> Object:
        return self.writer.update(resource, old, new, MANAGER)

    def update_status(self, resource: Resource, obj: Object, status: Object, new: Object | None = None) -> Object:
        """`new` may bring other annotations along."""
        return self.writer.update(resource, obj, {**(new or obj), "status": status}, MANAGER_STATUS)


def build(store: Store, start: datetime, seed: str, *, remember_events_from: datetime) -> Context:
    engine = Engine(store, start)
    now: Callable[[], datetime] = lambda: engine.now  # noqa: E731  the engine's time, not the clock's: a step has its own
    writer = Writer(store, now, seed)
    return Context(store, writer, engine, EventRecorder(store, writer, now, remember_events_from))
