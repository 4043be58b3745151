"""What the API reads from: the store, and the kinds that are only another look at it (events.k8s.io, metrics)."""

from __future__ import annotations

from datetime import datetime

from incident_sandbox.api.metrics import MetricsView
from incident_sandbox.cluster import Cluster
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, name_of, namespace_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.store.store import Change, Store


class Views:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.store: Store = cluster.store
        self._metrics = MetricsView(cluster)

    @property
    def now(self) -> datetime:
        return self._cluster.now

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        if resource is r.EVENTS_V1:
            found = self.store.get(r.EVENTS, namespace, name)
            return as_new_event(found) if found else None
        if resource in r.METRICS:
            return next(
                (obj for obj in self.at(resource, 0) if (namespace_of(obj), name_of(obj)) == (namespace, name)), None
            )
        return self.store.get(resource, namespace if resource.namespaced else "", name)

    def at(self, resource: Resource, revision: int) -> list[Object]:
        """Everything as it was at that revision, in the order of keys."""
        if resource is r.EVENTS_V1:
            return [as_new_event(event) for event in self.store.at(r.EVENTS, revision)]
        if resource in r.METRICS:
            return self._metrics.of(resource)
        return self.store.at(resource, revision)

    def seen(self, resource: Resource, change: Change) -> Change | None:
        """A change as a watch of `resource` sees it, or None if it does not."""
        if resource is r.EVENTS_V1 and change.resource is r.EVENTS:
            previous = as_new_event(change.previous) if change.previous else None
            return Change(change.revision, change.kind, resource, as_new_event(change.obj), previous)
        return change if change.resource is resource else None


def as_new_event(event: Object) -> Object:
    """events.k8s.io/v1: the same event under newer names."""
    new: Object = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": event["metadata"],
        "eventTime": event.get("eventTime"),
        "reportingController": event.get("reportingComponent", ""),
        "reportingInstance": event.get("reportingInstance", ""),
        "action": event.get("action", ""),
        "reason": event.get("reason", ""),
        "regarding": event.get("involvedObject", {}),
        "note": event.get("message", ""),
        "type": event.get("type", ""),
        "deprecatedSource": event.get("source", {}),
        "deprecatedFirstTimestamp": event.get("firstTimestamp"),
        "deprecatedLastTimestamp": event.get("lastTimestamp"),
        "deprecatedCount": event.get("count", 0),
    }
    return {key: value for key, value in new.items() if value not in ("", {}, 0)}
