"""Events as controllers and kubelets write them: the same thing again raises the count of the one that is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, name_of, namespace_of, uid_of
from incident_sandbox.model.timestamps import parse, rfc3339, rfc3339_micro
from incident_sandbox.store.store import Store
from incident_sandbox.writes.managed_fields import Author
from incident_sandbox.writes.writer import Writer

LIFE = timedelta(hours=1)
"""How long the API server keeps an event after it was last seen (`--event-ttl`)."""


@dataclass(frozen=True, slots=True)
class Source:
    component: str
    host: str = ""


class EventRecorder:
    def __init__(self, store: Store, writer: Writer, now: Callable[[], datetime], remember_from: datetime) -> None:
        self._store = store
        self._writer = writer
        self._now = now
        self._remember_from = remember_from
        self._known: dict[tuple[str, ...], str] = {}
        self._serial = 0

    def record(
        self, about: Object, kind: str, reason: str, message: str, source: Source, *, field_path: str = ""
    ) -> None:
        """`kind` is Normal or Warning. What would be forgotten before the sandbox opens is not written at all."""
        if self._now() < self._remember_from:
            return
        namespace = namespace_of(about) or "default"
        key = (uid_of(about), kind, reason, message, source.component, field_path)
        event = self._store.get(r.EVENTS, namespace, self._known.get(key, ""))
        if event is not None:
            again = {**event, "count": event["count"] + 1, "lastTimestamp": rfc3339(self._now())}
            self._writer.update(r.EVENTS, event, again, Author(source.component))
            return
        if self._store.get(r.NAMESPACES, "", namespace) is None:
            return  # deleted in the meantime: a recorder drops what it can't write
        event = self._first(about, kind, reason, message, source, namespace, field_path)
        self._known[key] = name_of(event)
        self._writer.create(r.EVENTS, event, Author(source.component))

    def _first(
        self, about: Object, kind: str, reason: str, message: str, source: Source, namespace: str, field_path: str
    ) -> Object:
        self._serial += 1  # keeps names of one moment apart; a real recorder has nanoseconds
        nanos = int(self._now().timestamp() * 1_000_000) * 1_000 + self._serial
        time = rfc3339(self._now())
        involved: Object = {
            "kind": about["kind"],
            "namespace": namespace_of(about),
            "name": name_of(about),
            "uid": uid_of(about),
            "apiVersion": about["apiVersion"],
            "resourceVersion": dig(about, "metadata", "resourceVersion", default=""),
            "fieldPath": field_path,
        }
        return {
            "metadata": {"name": f"{name_of(about)}.{nanos:x}", "namespace": namespace},
            "involvedObject": {field: value for field, value in involved.items() if value},
            "reason": reason,
            "message": message,
            "source": {"component": source.component} | ({"host": source.host} if source.host else {}),
            "firstTimestamp": time,
            "lastTimestamp": time,
            "count": 1,
            "type": kind,
            "eventTime": None,
            "reportingComponent": source.component,
            "reportingInstance": source.host,
        }

    def record_scheduling(self, pod: Object, kind: str, reason: str, action: str, message: str) -> None:
        """The scheduler writes the newer form: an `eventTime`, no first and last time, no count."""
        if self._now() < self._remember_from:
            return
        event = self._first(pod, kind, reason, message, Source("default-scheduler"), namespace_of(pod), "")
        event |= {
            "firstTimestamp": None,
            "lastTimestamp": None,
            "eventTime": rfc3339_micro(self._now()),
            "action": action,
            "reportingComponent": "default-scheduler",
            "reportingInstance": "default-scheduler-sandbox",
            "source": {},
        }
        del event["count"]
        self._writer.create(r.EVENTS, event, Author("kube-scheduler"))

    def expire(self) -> None:
        """Forget what was last seen too long ago."""
        for event in self._store.each(r.EVENTS):
            seen = event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["creationTimestamp"]
            if self._now() - parse(seen) > LIFE:
                self._store.remove(r.EVENTS, namespace_of(event), name_of(event))
