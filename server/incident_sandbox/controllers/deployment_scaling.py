"""The arithmetic of a rollout: how far the new ReplicaSet may grow and the old ones must shrink right now."""

from __future__ import annotations

from incident_sandbox.controllers.context import Context
from incident_sandbox.controllers.deployment_revisions import MAXIMUM, max_surge, max_unavailable, size_annotations
from incident_sandbox.controllers.deployment_status import total
from incident_sandbox.controllers.events import Source
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, annotations_of, dig, name_of


def _available(replica_set: Object) -> int:
    return dig(replica_set, "status", "availableReplicas", default=0)


def _age(replica_set: Object) -> tuple[str, str]:
    return replica_set["metadata"]["creationTimestamp"], name_of(replica_set)


class Scaling:
    def __init__(self, context: Context, source: Source) -> None:
        self._context = context
        self._source = source

    def resize(self, deployment: Object, replica_set: Object, replicas: int, *, annotate: bool = False) -> bool:
        """Whether the ReplicaSet got another size."""
        before = replica_set["spec"]["replicas"]
        sizes = size_annotations(deployment)
        stale = annotate and not sizes.items() <= annotations_of(replica_set).items()
        if before == replicas and not stale:
            return False
        metadata = {**replica_set["metadata"], "annotations": {**annotations_of(replica_set), **sizes}}
        spec = {**replica_set["spec"], "replicas": replicas}
        self._context.update(r.REPLICA_SETS, replica_set, {**replica_set, "metadata": metadata, "spec": spec})
        if before == replicas:
            return False
        direction = "up" if replicas > before else "down"
        text = f"Scaled {direction} replica set {name_of(replica_set)} from {before} to {replicas}"
        self._context.events.record(deployment, "Normal", "ScalingReplicaSet", text, self._source)
        return True

    @staticmethod
    def room(deployment: Object, size: int, owned: list[Object]) -> int:
        """The size that a new ReplicaSet, now of `size`, may have."""
        wanted = deployment["spec"]["replicas"]
        if deployment["spec"]["strategy"]["type"] == "Recreate":
            return wanted
        free = wanted + max_surge(deployment) - total(owned, "spec", "replicas")
        return size if free <= 0 else size + min(free, wanted - size)

    def grow(self, deployment: Object, current: Object, owned: list[Object]) -> bool:
        size, wanted = current["spec"]["replicas"], deployment["spec"]["replicas"]
        if size == wanted:
            return False
        return self.resize(deployment, current, wanted if size > wanted else self.room(deployment, size, owned))

    def shrink_old(self, deployment: Object, current: Object, others: list[Object]) -> bool:
        """Unhealthy old pods go first, then as many healthy ones as the limits allow."""
        old = sorted((item for item in others if item["spec"]["replicas"] > 0), key=_age)
        if not old:
            return False
        minimum = deployment["spec"]["replicas"] - max_unavailable(deployment)
        waiting = current["spec"]["replicas"] - _available(current)
        allowed = total([*old, current], "spec", "replicas") - minimum - waiting
        if allowed <= 0:
            return False
        sizes = {name_of(item): item["spec"]["replicas"] for item in old}
        for item in old:
            sick = min(allowed, sizes[name_of(item)] - _available(item))
            sizes[name_of(item)] -= max(sick, 0)
            allowed -= max(sick, 0)
        spare = total([*old, current], "status", "availableReplicas") - minimum
        for item in old:
            healthy = max(min(sizes[name_of(item)], spare), 0)
            sizes[name_of(item)] -= healthy
            spare -= healthy
        return sum(self.resize(deployment, item, sizes[name_of(item)]) for item in old) > 0

    def stop(self, deployment: Object, others: list[Object]) -> bool:
        return sum(self.resize(deployment, item, 0) for item in others) > 0

    def proportionally(self, deployment: Object, current: Object | None) -> None:
        """A changed size of the Deployment, shared among its ReplicaSets in proportion to what they have."""
        owned = sorted(self._context.store.controlled(r.REPLICA_SETS, deployment), key=_age)
        active = [item for item in owned if item["spec"]["replicas"] > 0]
        wanted = deployment["spec"]["replicas"]
        if len(active) <= 1:
            target = active[0] if active else current or (owned[-1] if owned else None)
            if target is not None:
                self.resize(deployment, target, wanted, annotate=True)
            return
        if current is not None and dig(current, "spec", "replicas") == wanted == _available(current):
            self.stop(deployment, [item for item in active if name_of(item) != name_of(current)])
            return
        self._share(deployment, active, wanted + max_surge(deployment) if wanted else 0)

    def _share(self, deployment: Object, active: list[Object], allowed: int) -> None:
        missing = allowed - total(active, "spec", "replicas")
        active = sorted(active, key=lambda item: item["spec"]["replicas"], reverse=True)
        sizes: dict[str, int] = {}
        given = 0
        for item in active:
            size = item["spec"]["replicas"]
            before = int(annotations_of(item).get(MAXIMUM, 0)) or dig(deployment, "status", "replicas", default=size)
            part = round(size * allowed / before) - size if before else 0
            rest = missing - given
            part = min(part, rest) if missing > 0 else max(part, rest)
            given += part
            sizes[name_of(item)] = size + part
        sizes[name_of(active[0])] = max(sizes[name_of(active[0])] + missing - given, 0)
        for item in active:
            self.resize(deployment, item, sizes[name_of(item)], annotate=True)
