"""What a container does next when its moment has come: pull, start, become ready, exit, back off, start again."""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime, timedelta

from incident_sandbox.controllers.context import Context
from incident_sandbox.kubelet.container import FIRST_DELAY, LONGEST_DELAY, Container
from incident_sandbox.kubelet.environment import MissingReference, resolve_environment
from incident_sandbox.kubelet.instance import Instance
from incident_sandbox.kubelet.pod_status import PodRun
from incident_sandbox.kubelet.programs import Program, Situation, find_program
from incident_sandbox.kubelet.reporting import Reporter, full_name, go_duration
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, labels_of, name_of

RESTARTING = timedelta(milliseconds=900)
RETRY = timedelta(seconds=12)
"""How often the kubelet comes back to a pod that is stuck."""
FAILING_PULL = timedelta(seconds=2)


class Steps:
    def __init__(self, context: Context, programs: list[Program], reporter: Reporter) -> None:
        self._context = context
        self._programs = programs
        self._report = reporter
        self._images: set[tuple[str, str]] = set()
        """Node and image: what was pulled where."""

    @property
    def _now(self) -> datetime:
        return self._context.engine.now

    def _in(self, seconds: float) -> datetime:
        return self._context.engine.after(seconds)

    def step(self, pod: Object, run: PodRun, container: Container) -> None:
        """One step of a container that is due."""
        container.due = None
        program = find_program(self._programs, container.image)
        if container.current is not None:
            self._go_on(pod, container, container.current)
        elif container.phase == "backoff" and container.back_at and self._now < container.back_at:
            self._wait(pod, container, container.back_at)
        elif program is None:
            self._fail_to_pull(pod, container)
        elif container.phase == "pulling":
            self._report.pulled(pod, container, program)
            self._images.add((pod["spec"]["nodeName"], container.image))
            self._start(pod, run, container, program)
        elif (pod["spec"]["nodeName"], container.image) in self._images:
            self._report.present(pod, container)
            self._start(pod, run, container, program)
        else:
            self._report.pulling(pod, container)
            container.phase, container.due = "pulling", self._now + program.pull

    def _fail_to_pull(self, pod: Object, container: Container) -> None:
        """ErrImagePull and ImagePullBackOff take turns, the back-off growing."""
        image = container.image
        if container.back_at is None or self._now >= container.back_at:
            self._report.pulling(pod, container)
            why = f'failed to resolve reference "{image}": {image}: not found'
            container.why = f'rpc error: code = NotFound desc = failed to pull and unpack image "{image}": {why}'
            self._report.not_pulled(pod, container)
            container.phase, container.due = "unpulled", self._now + FAILING_PULL
            container.back_at = self._now + FAILING_PULL * 2  # not over yet: the next step is the back-off
            return
        container.phase = "unpulled-backoff"
        container.delay = min(container.delay * 2, LONGEST_DELAY) if container.delay else FIRST_DELAY
        container.why = f'Back-off pulling image "{image}": ErrImagePull: {container.why}'
        self._report.backing_off_pull(pod, container)
        container.back_at = container.due = self._in(container.delay)

    def _start(self, pod: Object, run: PodRun, container: Container, program: Program) -> None:
        spec: Object = next(item for item in pod["spec"]["containers"] if item["name"] == container.name)
        try:
            environment = resolve_environment(self._context.store, pod, spec)
        except MissingReference as error:
            container.why = str(error)
            self._report.tell(pod, container, "Warning", "Failed", f"Error: {error}")
            container.phase, container.due = "refused", self._now + RETRY
            return
        self._report.started(pod, container)
        situation = Situation(environment, spec, self._has_endpoints)
        behaviour = program.behaviour(situation)
        identity = hashlib.sha256(f"{run.uid}/{container.name}/{container.starts}".encode()).hexdigest()
        # Pods of one rollout are ready a little apart, each always at the same pace.
        jitter = timedelta(milliseconds=zlib.crc32(run.uid.encode()) % 900)
        container_id = f"containerd://{identity}"
        instance = Instance(container_id, behaviour, name_of(pod), container.starts, self._now, jitter)
        instance.fits = lambda: program.behaviour(situation) == behaviour
        container.run(instance)
        if behaviour.unready:
            run.probed[container.name] = self._in(dig(spec, "readinessProbe", "initialDelaySeconds", default=1))

    def _has_endpoints(self, namespace: str, service: str) -> bool:
        return any(
            dig(endpoint, "conditions", "ready")
            for item in self._context.store.each(r.ENDPOINT_SLICES, namespace)
            if labels_of(item).get("kubernetes.io/service-name") == service
            for endpoint in dig(item, "endpoints", default=[])
        )

    def _go_on(self, pod: Object, container: Container, instance: Instance) -> None:
        if instance.exit_at is None or self._now < instance.exit_at:
            container.ready, container.due = True, instance.exit_at
            return
        self._end(pod, container, instance)

    def reconsider(self, pod: Object, container: Container) -> None:
        """A program that finds its Services come or gone ends, and behaves accordingly after its restart."""
        instance = container.current
        if instance is not None and instance.exit_at is None and not instance.fits():
            instance.exit_code, instance.reason = 1, "Error"
            self._end(pod, container, instance)

    def _end(self, pod: Object, container: Container, instance: Instance) -> None:
        container.end(instance, self._now)
        policy = pod["spec"].get("restartPolicy", "Always")
        if policy == "Never" or (policy == "OnFailure" and not instance.exit_code):
            container.phase = "done"
            return
        delay = container.next_delay(self._now - instance.started)
        if not delay:
            container.phase, container.due = "ended", self._now + RESTARTING
            return
        who = f"container={container.name} pod={full_name(pod)}"
        container.why = f"back-off {go_duration(delay)} restarting failed {who}"
        container.phase, container.back_at = "backoff", self._in(delay)
        self._wait(pod, container, container.back_at)

    def _wait(self, pod: Object, container: Container, until: datetime) -> None:
        self._report.backing_off(pod, container)
        container.due = min(self._now + RETRY, until)

    def probe(self, pod: Object, run: PodRun) -> None:
        """Tell of failing readiness probes, at their period."""
        for container in run.containers:
            if container.current is None or not container.current.behaviour.unready:
                run.probed.pop(container.name, None)
            elif run.probed.get(container.name, self._now) <= self._now:
                text = f"Readiness probe failed: {container.current.behaviour.unready}"
                self._report.tell(pod, container, "Warning", "Unhealthy", text)
                run.probed[container.name] = self._in(10)
