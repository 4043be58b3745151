"""The garbage collector: what belongs to a deleted owner or namespace goes with it."""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers.context import Context
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, name_of, namespace_of, owners_of, uid_of
from incident_sandbox.store.store import Change, Key


class GarbageCollector:
    """Its keys are (namespace, uid) of owners that are gone, or ("", name) of namespaces that are."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.kind != "DELETED":
            return
        if change.resource is r.NAMESPACES:
            yield "", name_of(change.obj)
        elif change.resource in (r.DEPLOYMENTS, r.REPLICA_SETS, r.STATEFUL_SETS, r.DAEMON_SETS, r.SERVICES, r.JOBS):
            yield namespace_of(change.obj), uid_of(change.obj)

    def reconcile(self, key: Key) -> None:
        namespace, identity = key
        for resource in r.STORED:
            if not resource.namespaced:
                continue
            for obj in self._context.store.each(resource, namespace or identity):
                if not namespace:
                    self._context.writer.delete(resource, obj)  # nothing can be written there any more
                elif any(owner["uid"] == identity for owner in owners_of(obj)):
                    self._collect(resource, obj)

    def _collect(self, resource: r.Resource, obj: Object) -> None:
        scheduled = resource is r.PODS and dig(obj, "spec", "nodeName")
        grace = dig(obj, "spec", "terminationGracePeriodSeconds", default=30) if scheduled else 0
        self._context.writer.delete(resource, obj, grace=grace)
