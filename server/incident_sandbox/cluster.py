"""The cluster behind the API: store, controllers and nodes of one scenario, and the handles that tests turn."""

from __future__ import annotations

from datetime import datetime, timedelta

from incident_sandbox.certificate import with_certificate
from incident_sandbox.clock import Clock, ManualClock, Time, reading
from incident_sandbox.controllers.budgets import BudgetController
from incident_sandbox.controllers.context import Context, build
from incident_sandbox.controllers.daemon_set import DaemonSetController
from incident_sandbox.controllers.deployment import DeploymentController
from incident_sandbox.controllers.endpoints import EndpointsController
from incident_sandbox.controllers.events import LIFE
from incident_sandbox.controllers.garbage import GarbageCollector
from incident_sandbox.controllers.namespaces import NamespaceController
from incident_sandbox.controllers.node_lifecycle import NodeLifecycle
from incident_sandbox.controllers.replica_set import ReplicaSetController
from incident_sandbox.controllers.scheduler import Scheduler
from incident_sandbox.controllers.stateful_set import StatefulSetController
from incident_sandbox.kubelet.heartbeats import Heartbeats
from incident_sandbox.kubelet.kubelet import Kubelet
from incident_sandbox.kubelet.programs import read_program
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, name_of, namespace_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.scenario import Scenario, Step
from incident_sandbox.store.store import Store
from incident_sandbox.writes.managed_fields import Author
from incident_sandbox.writes.merge_patch import apply_merge_patch
from incident_sandbox.writes.strategic_patch import apply_strategic_patch


class Cluster:
    """One scenario, alive. Times are the engine's, which follows `clock`."""

    def __init__(self, scenario: Scenario, clock: Clock | Time | None) -> None:
        self.scenario = scenario
        self._clock = clock
        self._time = reading(clock)
        self._ahead = timedelta()
        self._next_expiry = self._time()
        opened = self._time().replace(microsecond=0)
        oldest = max((step.ago for step in scenario.steps), default=timedelta())
        self.context: Context = build(Store(), opened - oldest, scenario.name, remember_events_from=opened - LIFE)
        self.store = self.context.store
        self.writer = self.context.writer
        self.engine = self.context.engine
        self._programs = list(scenario.programs)
        self.kubelet = Kubelet(self.context, self._programs)
        for controller in (
            DeploymentController(self.context),
            ReplicaSetController(self.context),
            StatefulSetController(self.context),
            DaemonSetController(self.context),
            Scheduler(self.context),
            self.kubelet,
            EndpointsController(self.context),
            BudgetController(self.context),
            GarbageCollector(self.context),
            NamespaceController(self.context),
            NodeLifecycle(self.context),
            Heartbeats(self.context, quiet_until=opened),
        ):
            self.engine.add(controller)
        for step in scenario.steps:
            self.engine.run_until(opened - step.ago)
            self._take(step)
        self.engine.run_until(opened)
        self.catch_up()

    def _take(self, step: Step) -> None:
        author = Author(step.manager)
        for written in step.objects:
            obj = with_certificate(written, self.engine.now)
            resource = r.of_kind(obj["apiVersion"], obj["kind"])
            old = self.store.get(resource, namespace_of(obj), name_of(obj))
            if old is None:
                self.writer.create(resource, obj, author)
            else:
                merged = apply_strategic_patch(old, obj)
                told = self.writer.update(resource, old, merged, author)
                if "status" in obj:
                    status = Author(step.manager, subresource="status")
                    self.writer.update(resource, told, {**told, "status": merged["status"]}, status)
        self.engine.settle()

    @property
    def now(self) -> datetime:
        """The clock's time, ahead of it by what `advance` added."""
        return self._time() + self._ahead

    def catch_up(self) -> None:
        """Let the cluster do what is due by now."""
        self.engine.run_until(self.now)
        if self.engine.now >= self._next_expiry:
            self._next_expiry = self.engine.after(60)
            self.context.events.expire()

    # What tests turn.

    def advance(self, seconds: float) -> None:
        """Let time pass at once, with everything that happens in it. A manual clock moves along."""
        if isinstance(self._clock, ManualClock):
            self._clock.advance(seconds)
        else:
            self._ahead += timedelta(seconds=seconds)
        self.catch_up()

    def settle(self) -> None:
        """Let the controllers react to what was written, without any time passing."""
        self.catch_up()

    def pause(self) -> None:
        """Stop controllers and kubelets; what is written stays as it is."""
        self.engine.paused = True

    def resume(self) -> None:
        self.engine.paused = False
        self.catch_up()

    def teach(self, program: Object) -> None:
        """From now on, images of that pattern behave so; written as in a scenario. Raises ValueError or KeyError."""
        self._programs.insert(0, read_program(program))

    def get(self, resource: Resource, namespace: str, name: str) -> Object | None:
        return self.store.get(resource, namespace, name)

    def pods_of(self, namespace: str, owner: str) -> list[Object]:
        """The pods whose controller's name begins with `owner`, by name."""
        pods = self.store.each(r.PODS, namespace)
        return sorted(
            (pod for pod in pods if dig(pod, "metadata", "ownerReferences", 0, "name", default="").startswith(owner)),
            key=name_of,
        )

    def edit(self, resource: Resource, namespace: str, name: str, patch: Object, *, manager: str) -> Object:
        """Change an object behind everybody's back, as that field manager, by a JSON merge patch."""
        old = self.writer.read(resource, namespace, name)
        return self.writer.update(resource, old, apply_merge_patch(old, patch), Author(manager))
