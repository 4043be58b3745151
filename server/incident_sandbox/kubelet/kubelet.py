"""The kubelets of all nodes: they start what the scheduler gives them and report what becomes of it."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from incident_sandbox.controllers.context import Context
from incident_sandbox.controllers.events import Source
from incident_sandbox.kubelet.container import FIRST_DELAY, LONGEST_DELAY, Container
from incident_sandbox.kubelet.environment import MissingReference, resolve_environment
from incident_sandbox.kubelet.instance import Instance
from incident_sandbox.kubelet.pod_status import PodRun, build_status
from incident_sandbox.kubelet.programs import Program, Situation, find_program
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, is_deleting, labels_of, name_of, namespace_of, uid_of
from incident_sandbox.store.store import Change, Key
from incident_sandbox.writes.managed_fields import Author

STATUS = Author("kubelet", subresource="status")
SANDBOX = timedelta(milliseconds=700)
STOPPING = timedelta(milliseconds=600)
RESTARTING = timedelta(milliseconds=900)
RETRY = timedelta(seconds=12)
"""How often the kubelet comes back to a pod that is stuck."""


class Kubelet:
    def __init__(self, context: Context, programs: list[Program]) -> None:
        self._context = context
        self.programs = programs
        self.runs: dict[Key, PodRun] = {}
        self._images: set[tuple[str, str]] = set()
        self._addresses = 10

    def concerns(self, change: Change) -> Iterable[Key]:
        if change.resource is r.PODS:
            yield namespace_of(change.obj), name_of(change.obj)

    def reconcile(self, key: Key) -> None:
        pod = self._context.store.get(r.PODS, *key)
        if pod is None or not dig(pod, "spec", "nodeName"):
            self.runs.pop(key, None)
            return
        run = self.runs.get(key)
        if run is None or run.uid != uid_of(pod):
            run = self.runs[key] = self._admit(pod)
        if is_deleting(pod):
            self._stop(pod, run)
            if run.stop_at is None:
                return
        else:
            self._advance(pod, run)
        if run.due is not None:
            self._context.engine.again(self, key, run.due)

    @property
    def _now(self) -> datetime:
        return self._context.engine.now

    def _admit(self, pod: Object) -> PodRun:
        node = self._context.store.get(r.NODES, "", pod["spec"]["nodeName"]) or {}
        addresses = dig(node, "status", "addresses", default=[])
        host_ip = next((item["address"] for item in addresses if item["type"] == "InternalIP"), "192.168.0.1")
        self._addresses += 1
        ip = host_ip if pod["spec"].get("hostNetwork") else f"10.244.{self._addresses // 250}.{self._addresses % 250 + 1}"
        containers = [Container(item["name"], item["image"]) for item in pod["spec"]["containers"]]
        for container in containers:
            container.due = self._now + SANDBOX
        return PodRun(uid_of(pod), containers, self._now, ip, host_ip)

    def _advance(self, pod: Object, run: PodRun) -> None:
        for container in run.containers:
            while container.due is not None and container.due <= self._now:
                run.sandbox = True
                self._step(pod, run, container)
        self._probe(pod, run)
        status = build_status(pod, run, self._now)
        self._context.writer.update(r.PODS, pod, {**pod, "status": status}, STATUS)

    def _step(self, pod: Object, run: PodRun, container: Container) -> None:
        container.due = None
        if container.phase == "running":
            self._step_running(pod, container)
        elif container.phase == "pulling":
            program = find_program(self.programs, container.image)
            assert program is not None
            took = f"{program.pull.total_seconds():.3f}s"
            text = f'Successfully pulled image "{container.image}" in {took} ({took} including waiting).'
            self._tell(pod, container, "Normal", "Pulled", f"{text} Image size: {program.size} bytes.")
            self._images.add((pod["spec"]["nodeName"], container.image))
            self._start(pod, run, container, program)
        elif container.phase == "backoff" and container.back_at and self._now < container.back_at:
            self._tell_back_off(pod, container)
        else:
            self._prepare(pod, run, container)

    def _prepare(self, pod: Object, run: PodRun, container: Container) -> None:
        """Image first, then configuration, as the kubelet does."""
        program = find_program(self.programs, container.image)
        if program is None:
            self._fail_to_pull(pod, container)
        elif (pod["spec"]["nodeName"], container.image) in self._images:
            text = f'Container image "{container.image}" already present on machine and can be accessed by the pod'
            self._tell(pod, container, "Normal", "Pulled", text)
            self._start(pod, run, container, program)
        else:
            self._tell(pod, container, "Normal", "Pulling", f'Pulling image "{container.image}"')
            container.phase, container.due = "pulling", self._now + program.pull

    def _fail_to_pull(self, pod: Object, container: Container) -> None:
        image = container.image
        if container.phase != "unpulled" or (container.back_at and self._now >= container.back_at):
            first = container.phase != "unpulled"
            self._tell(pod, container, "Normal", "Pulling", f'Pulling image "{image}"')
            why = f'failed to pull and unpack image "{image}": failed to resolve reference "{image}": {image}: not found'
            container.why = f"rpc error: code = NotFound desc = {why}"
            self._tell(pod, container, "Warning", "Failed", f'Failed to pull image "{image}": {container.why}')
            self._tell(pod, container, "Warning", "Failed", "Error: ErrImagePull")
            container.phase = "unpulled"
            container.delay = 0 if first else container.delay
            container.back_at = self._now + timedelta(seconds=min((container.delay or 5) * 2, LONGEST_DELAY))
            container.due = self._now + timedelta(seconds=2)
            return
        container.delay = min(container.delay * 2, LONGEST_DELAY) if container.delay else FIRST_DELAY
        container.why = f'Back-off pulling image "{image}": ErrImagePull: {container.why.partition("ErrImagePull: ")[2] or container.why}'
        self._tell(pod, container, "Normal", "BackOff", f'Back-off pulling image "{image}"')
        self._tell(pod, container, "Warning", "Failed", "Error: ImagePullBackOff")
        container.back_at = self._now + timedelta(seconds=container.delay)
        container.due = container.back_at

    def _start(self, pod: Object, run: PodRun, container: Container, program: Program) -> None:
        spec = next(item for item in pod["spec"]["containers"] if item["name"] == container.name)
        try:
            environment = resolve_environment(self._context.store, pod, spec)
        except MissingReference as error:
            container.why = str(error)
            self._tell(pod, container, "Warning", "Failed", f"Error: {error}")
            container.phase, container.due = "refused", self._now + RETRY
            return
        self._tell(pod, container, "Normal", "Created", "Container created")
        self._tell(pod, container, "Normal", "Started", "Container started")
        behaviour = program.behaviour(Situation(environment, spec, self._has_endpoints))
        identity = hashlib.sha256(f"{run.uid}/{container.name}/{container.starts}".encode()).hexdigest()
        jitter = timedelta(milliseconds=zlib.crc32(run.uid.encode()) % 900)
        container.current = Instance(
            f"containerd://{identity}", behaviour, name_of(pod), container.starts, self._now, jitter
        )
        container.starts += 1
        container.phase, container.why = "running", ""
        container.due = min(filter(None, [container.current.ready_at, container.current.exit_at]), default=None)
        if behaviour.unready:
            delay = dig(spec, "readinessProbe", "initialDelaySeconds", default=1)
            run.probed[container.name] = self._now + timedelta(seconds=delay)

    def _has_endpoints(self, namespace: str, service: str) -> bool:
        return any(
            dig(endpoint, "conditions", "ready")
            for item in self._context.store.each(r.ENDPOINT_SLICES, namespace)
            if labels_of(item).get("kubernetes.io/service-name") == service
            for endpoint in item.get("endpoints") or []
        )

    def _step_running(self, pod: Object, container: Container) -> None:
        instance = container.current
        assert instance is not None
        if instance.exit_at is None or self._now < instance.exit_at:
            container.ready, container.due = True, instance.exit_at
            return
        assert instance.behaviour.exit is not None
        container.end(self._now, instance.behaviour.exit.code, instance.behaviour.exit.reason)
        policy = pod["spec"].get("restartPolicy", "Always")
        if policy == "Never" or (policy == "OnFailure" and not instance.exit_code):
            container.phase = "done"
            return
        delay = container.next_delay()
        if not delay:
            container.phase, container.due = "ended", self._now + RESTARTING
            return
        container.phase = "backoff"
        container.back_at = self._now + timedelta(seconds=delay)
        who = f"container={container.name} pod={name_of(pod)}_{namespace_of(pod)}({uid_of(pod)})"
        container.why = f"back-off {_go_duration(delay)} restarting failed {who}"
        self._tell_back_off(pod, container)

    def _tell_back_off(self, pod: Object, container: Container) -> None:
        assert container.back_at is not None
        where = f"pod {name_of(pod)}_{namespace_of(pod)}({uid_of(pod)})"
        text = f"Back-off restarting failed container {container.name} in {where}"
        self._tell(pod, container, "Warning", "BackOff", text)
        container.due = min(self._now + RETRY, container.back_at)

    def _probe(self, pod: Object, run: PodRun) -> None:
        """Tell of failing readiness probes, at their period."""
        for container in run.containers:
            if container.current is None or not container.current.behaviour.unready:
                run.probed.pop(container.name, None)
            elif run.probed.get(container.name, self._now) <= self._now:
                text = f"Readiness probe failed: {container.current.behaviour.unready}"
                self._tell(pod, container, "Warning", "Unhealthy", text)
                run.probed[container.name] = self._now + timedelta(seconds=10)

    def _stop(self, pod: Object, run: PodRun) -> None:
        if run.stop_at is None:
            live = [item for item in run.containers if item.is_live]
            for container in live:
                self._tell(pod, container, "Normal", "Killing", f"Stopping container {container.name}")
            run.stop_at = self._now + (STOPPING if live else STOPPING / 3)
        if self._now >= run.stop_at:
            run.stop_at = None
            self._context.store.remove(r.PODS, namespace_of(pod), name_of(pod))

    def _tell(self, pod: Object, container: Container, kind: str, reason: str, message: str) -> None:
        source = Source("kubelet", pod["spec"]["nodeName"])
        path = f"spec.containers{{{container.name}}}"
        self._context.events.record(pod, kind, reason, message, source, field_path=path)


def _go_duration(seconds: int) -> str:
    """`80` -> `1m20s`, as Go prints it."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
