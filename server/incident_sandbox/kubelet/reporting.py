"""The events of a kubelet, in its words."""

from __future__ import annotations

from incident_sandbox.controllers.events import EventRecorder, Source
from incident_sandbox.kubelet.container import Container
from incident_sandbox.kubelet.programs import Program
from incident_sandbox.model.objects import Object, name_of, namespace_of, uid_of


class Reporter:
    def __init__(self, events: EventRecorder) -> None:
        self._events = events

    def tell(self, pod: Object, container: Container, kind: str, reason: str, message: str) -> None:
        source = Source("kubelet", pod["spec"]["nodeName"])
        path = f"spec.containers{{{container.name}}}"
        self._events.record(pod, kind, reason, message, source, field_path=path)

    def started(self, pod: Object, container: Container) -> None:
        self.tell(pod, container, "Normal", "Created", "Container created")
        self.tell(pod, container, "Normal", "Started", "Container started")

    def pulling(self, pod: Object, container: Container) -> None:
        self.tell(pod, container, "Normal", "Pulling", f'Pulling image "{container.image}"')

    def pulled(self, pod: Object, container: Container, program: Program) -> None:
        took = f"{program.pull.total_seconds():g}s"
        text = f'Successfully pulled image "{container.image}" in {took} ({took} including waiting).'
        self.tell(pod, container, "Normal", "Pulled", f"{text} Image size: {program.size} bytes.")

    def present(self, pod: Object, container: Container) -> None:
        text = f'Container image "{container.image}" already present on machine and can be accessed by the pod'
        self.tell(pod, container, "Normal", "Pulled", text)

    def not_pulled(self, pod: Object, container: Container) -> None:
        text = f'Failed to pull image "{container.image}": {container.why}'
        self.tell(pod, container, "Warning", "Failed", text)
        self.tell(pod, container, "Warning", "Failed", "Error: ErrImagePull")

    def backing_off_pull(self, pod: Object, container: Container) -> None:
        self.tell(pod, container, "Normal", "BackOff", f'Back-off pulling image "{container.image}"')
        self.tell(pod, container, "Warning", "Failed", "Error: ImagePullBackOff")

    def backing_off(self, pod: Object, container: Container) -> None:
        text = f"Back-off restarting failed container {container.name} in pod {full_name(pod)}"
        self.tell(pod, container, "Warning", "BackOff", text)


def full_name(pod: Object) -> str:
    """`name_namespace(uid)`, as kubelets call a pod."""
    return f"{name_of(pod)}_{namespace_of(pod)}({uid_of(pod)})"


def go_duration(seconds: int) -> str:
    """`80` -> `1m20s`, as Go prints it."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"
