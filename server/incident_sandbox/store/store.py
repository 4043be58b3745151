"""All objects under one ever-growing revision, with a bounded history of changes: what etcd is to a real API server.

A stored object is never changed in place. So a watch, a list at an old revision and the diff of a write may all hold on
to versions without copying them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from incident_sandbox.model.objects import Object, is_controlled_by, name_of, namespace_of
from incident_sandbox.model.resources import Resource

Key = tuple[str, str]
"""Namespace (empty for the cluster's scope) and name."""

HISTORY = 20_000
FIRST_REVISION = 1_000


@dataclass(frozen=True, slots=True)
class Change:
    revision: int
    kind: Literal["ADDED", "MODIFIED", "DELETED"]
    resource: Resource
    obj: Object
    previous: Object | None


class Store:
    """Holds objects by resource and key; every put and removal takes the next revision."""

    def __init__(self) -> None:
        self.revision = FIRST_REVISION
        self._objects: dict[Resource, dict[Key, Object]] = {}
        self._changes: deque[Change] = deque(maxlen=HISTORY)
        self._forgotten = FIRST_REVISION
        self.listeners: list[Callable[[Change], None]] = []

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        return self._objects.get(resource, {}).get((namespace, name))

    def each(self, resource: Resource, namespace: str = "") -> list[Object]:
        """All of one namespace, or of all namespaces, in no particular order."""
        objects = self._objects.get(resource, {})
        if not namespace:
            return list(objects.values())
        return [obj for (place, _), obj in objects.items() if place == namespace]

    def controlled(self, resource: Resource, owner: Object) -> list[Object]:
        """The objects whose controller is `owner`, oldest first."""
        found = [obj for obj in self.each(resource, namespace_of(owner)) if is_controlled_by(obj, owner)]
        return sorted(found, key=lambda obj: (obj["metadata"]["creationTimestamp"], name_of(obj)))

    def put(self, resource: Resource, obj: Object) -> Object:
        """Store `obj` (its resourceVersion is set here) and tell the listeners."""
        objects = self._objects.setdefault(resource, {})
        key = (namespace_of(obj), name_of(obj))
        previous = objects.get(key)
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        objects[key] = obj
        self._note(Change(self.revision, "MODIFIED" if previous else "ADDED", resource, obj, previous))
        return obj

    def remove(self, resource: Resource, namespace: str, name: str) -> Object:
        """Raises KeyError if there is no such object. The last version carries the revision of its deletion."""
        previous = self._objects[resource].pop((namespace, name))
        self.revision += 1
        last = {**previous, "metadata": {**previous["metadata"], "resourceVersion": str(self.revision)}}
        self._note(Change(self.revision, "DELETED", resource, last, previous))
        return last

    def _note(self, change: Change) -> None:
        if len(self._changes) == HISTORY:
            self._forgotten = self._changes[0].revision
        self._changes.append(change)
        for listener in list(self.listeners):
            listener(change)

    def forget(self) -> None:
        """Drop the history, as etcd's compaction does: watches and continued lists from before get a 410."""
        self._changes.clear()
        self._forgotten = self.revision

    def remembers(self, revision: int) -> bool:
        return revision >= self._forgotten

    @property
    def oldest(self) -> int:
        """The oldest revision that a watch may still start from."""
        return self._forgotten

    def since(self, revision: int) -> Iterator[Change]:
        """Changes after `revision`, oldest first. Only for a revision that the store remembers."""
        newest: list[Change] = []
        for change in reversed(self._changes):
            if change.revision <= revision:
                break
            newest.append(change)
        return reversed(newest)

    def at(self, resource: Resource, revision: int) -> list[Object]:
        """All objects as they were at `revision`, in the order of their keys: what pages of one list are cut from."""
        objects = dict(self._objects.get(resource, {}))
        for change in reversed(list(self.since(revision))):
            if change.resource is not resource:
                continue
            key = (namespace_of(change.obj), name_of(change.obj))
            if change.previous is None:
                objects.pop(key, None)
            else:
                objects[key] = change.previous
        return [objects[key] for key in sorted(objects)]
