"""Deployment: bring the pods from old templates to the present one, within maxSurge and maxUnavailable.

A small version of kubernetes/pkg/controller/deployment, step by step the same: each call of `reconcile` scales at most
one thing, and is called again when that has shown effect.
"""

from __future__ import annotations

from collections.abc import Iterable

from incident_sandbox.controllers import deployment_revisions as revisions
from incident_sandbox.controllers import deployment_status as progress
from incident_sandbox.controllers.adoption import adopt
from incident_sandbox.controllers.context import MANAGER, Context
from incident_sandbox.controllers.deployment_scaling import Scaling
from incident_sandbox.controllers.events import Source
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, condition_of, controller_of, dig, is_deleting, name_of, namespace_of
from incident_sandbox.store.store import Change, Key

SOURCE = Source("deployment-controller")


class DeploymentController:
    def __init__(self, context: Context) -> None:
        self._context = context
        self._scaling = Scaling(context, SOURCE)

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.DEPLOYMENTS and change.kind != "DELETED":
            yield namespace_of(change.obj), name_of(change.obj)
        elif change.resource is r.REPLICA_SETS:
            owner = controller_of(change.obj)
            if owner and owner["kind"] == "Deployment":
                yield namespace_of(change.obj), owner["name"]

    def reconcile(self, key: Key) -> None:
        found = self._context.store.get(r.DEPLOYMENTS, *key)
        if found is None:
            return
        adopt(self._context, found, r.REPLICA_SETS)
        if is_deleting(found):
            self._write_status(found, judged=False)
            return
        found = self._note_pause(found)
        if found["spec"].get("paused") or self._is_resized(found):
            current = self._find(found)
            self._scaling.proportionally(self._fresh(found), current)
            self._write_status(found, judged=False)
        elif found["spec"]["strategy"]["type"] == "Recreate":
            self._recreate(found)
        else:
            self._roll(found)

    def _fresh(self, deployment: Object) -> Object:
        return self._context.store.get(r.DEPLOYMENTS, namespace_of(deployment), name_of(deployment)) or deployment

    def _owned(self, deployment: Object) -> list[Object]:
        return self._context.store.controlled(r.REPLICA_SETS, deployment)

    def _note_pause(self, deployment: Object) -> Object:
        condition = condition_of(deployment, "Progressing")
        paused, noted = (
            bool(deployment["spec"].get("paused")),
            bool(condition and condition["reason"] == "DeploymentPaused"),
        )
        if paused == noted or (condition and condition["reason"] == progress.TIMED_OUT):
            return deployment
        reason = "DeploymentPaused" if paused else "DeploymentResumed"
        text = f"Deployment is {'paused' if paused else 'resumed'}"
        news = progress.new_condition("Progressing", "Unknown", reason, text, self._context.engine.now)
        return self._set_condition(deployment, news)

    def _set_condition(self, deployment: Object, news: Object) -> Object:
        status = dict(dig(deployment, "status", default={}))
        status["conditions"] = progress.with_condition(status.get("conditions", []), news)
        return self._context.update_status(r.DEPLOYMENTS, deployment, status)

    def _is_resized(self, deployment: Object) -> bool:
        """Scaling goes by proportion and is no rollout: the ReplicaSets still remember another size."""
        wanted = str(deployment["spec"]["replicas"])
        active = [item for item in self._owned(deployment) if item["spec"]["replicas"] > 0]
        return any(item["metadata"].get("annotations", {}).get(revisions.DESIRED, wanted) != wanted for item in active)

    def _find(self, deployment: Object) -> Object | None:
        """The ReplicaSet of the present template, numbered and annotated; the Deployment learns its number."""
        owned = self._owned(deployment)
        current = revisions.find_current(deployment, owned)
        if current is None:
            return None
        marked = revisions.annotated(deployment, current, self._next_number(owned, current), exists=True)
        if marked is not current:
            current = self._context.update(r.REPLICA_SETS, current, marked)
        self._adopt_number(deployment, current)
        return current

    def _ensure(self, deployment: Object) -> Object:
        """As `_find`, but it is made where there is none."""
        return self._find(deployment) or self._create(deployment, self._next_number(self._owned(deployment), None))

    @staticmethod
    def _next_number(owned: list[Object], current: Object | None) -> int:
        return max((revisions.revision_of(item) for item in owned if item is not current), default=0) + 1

    def _adopt_number(self, deployment: Object, current: Object) -> None:
        number = str(revisions.revision_of(current))
        annotations = deployment["metadata"].get("annotations", {})
        if annotations.get(revisions.REVISION) != number:
            metadata = {**deployment["metadata"], "annotations": {**annotations, revisions.REVISION: number}}
            numbered = {**deployment, "metadata": metadata}
            status = dig(deployment, "status", default={})
            deployment = self._context.update_status(r.DEPLOYMENTS, deployment, status, numbered)
        if condition_of(deployment, "Progressing") is None:
            text = f'Found new replica set "{name_of(current)}"'
            now = self._context.engine.now
            self._set_condition(
                deployment, progress.new_condition("Progressing", "True", "FoundNewReplicaSet", text, now)
            )

    def _create(self, deployment: Object, revision: int) -> Object:
        replicas = self._scaling.room(deployment, 0, self._owned(deployment))
        draft = revisions.annotated(deployment, revisions.new_replica_set(deployment, replicas), revision, exists=False)
        made = self._context.writer.create(r.REPLICA_SETS, draft, MANAGER)
        if replicas:
            text = f"Scaled up replica set {name_of(made)} from 0 to {replicas}"
            self._context.events.record(deployment, "Normal", "ScalingReplicaSet", text, SOURCE)
        news = progress.new_condition(
            "Progressing",
            "True",
            "NewReplicaSetCreated",
            f'Created new replica set "{name_of(made)}"',
            self._context.engine.now,
        )
        deployment = self._set_condition(deployment, news)
        self._adopt_number(deployment, made)
        return made

    def _roll(self, deployment: Object) -> None:
        current = self._ensure(deployment)
        deployment = self._fresh(deployment)
        owned = self._owned(deployment)
        others = [item for item in owned if name_of(item) != name_of(current)]
        scaled = self._scaling.grow(deployment, current, owned) or self._scaling.shrink_old(deployment, current, others)
        if not scaled and progress.is_complete(deployment, dig(deployment, "status", default={})):
            self._forget_old(deployment, others)
        self._write_status(deployment, judged=True)

    def _recreate(self, deployment: Object) -> None:
        current = self._find(deployment)
        deployment = self._fresh(deployment)
        others = [item for item in self._owned(deployment) if current is None or name_of(item) != name_of(current)]
        if not self._scaling.stop(deployment, others) and not any(self._has_pods(item) for item in others):
            current = current or self._ensure(deployment)
            deployment = self._fresh(deployment)
            self._scaling.resize(deployment, current, deployment["spec"]["replicas"])
            if progress.is_complete(deployment, dig(deployment, "status", default={})):
                self._forget_old(deployment, others)
        self._write_status(deployment, judged=True)

    def _has_pods(self, replica_set: Object) -> bool:
        return bool(self._context.store.controlled(r.PODS, replica_set))

    def _forget_old(self, deployment: Object, others: list[Object]) -> None:
        surplus = len(others) - deployment["spec"]["revisionHistoryLimit"]
        for item in sorted(others, key=revisions.revision_of)[: max(surplus, 0)]:
            if not item["spec"]["replicas"] and not dig(item, "status", "replicas", default=0):
                self._context.writer.delete(r.REPLICA_SETS, item)

    def _write_status(self, deployment: Object, *, judged: bool) -> None:
        deployment = self._fresh(deployment)
        now = self._context.engine.now
        owned = self._owned(deployment)
        current = revisions.find_current(deployment, owned)
        status = progress.count(deployment, owned, current, now)
        if judged and deployment["spec"].get("progressDeadlineSeconds") is not None:
            status = progress.judge(deployment, status, current, now)
        deployment = self._context.update_status(r.DEPLOYMENTS, deployment, status)
        moment = progress.deadline(deployment)
        if moment is not None and moment > now:
            self._context.engine.again(self, (namespace_of(deployment), name_of(deployment)), moment)
