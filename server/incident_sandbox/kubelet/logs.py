"""Container logs as the kubelet serves them: which run they are of, and which part of it is wanted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from incident_sandbox.kubelet.container import Container
from incident_sandbox.kubelet.instance import Instance, Line
from incident_sandbox.kubelet.pod_status import PodRun
from incident_sandbox.model.errors import bad_request
from incident_sandbox.model.objects import Object, dig, name_of
from incident_sandbox.model.timestamps import rfc3339_nano


@dataclass(frozen=True, slots=True)
class LogOptions:
    container: str = ""
    previous: bool = False
    follow: bool = False
    timestamps: bool = False
    since: datetime | None = None
    tail: int | None = None
    limit_bytes: int | None = None


def choose_instance(pod: Object, run: PodRun | None, options: LogOptions) -> Instance:
    """The run whose log is meant. Raises ApiError 400 with the real server's words where there is none."""
    container = _container(pod, run, options.container)
    name = options.container or dig(pod, "spec", "containers", 0, "name", default="")
    if options.previous:
        if container is None or container.last is None:
            raise bad_request(f'previous terminated container "{name}" in pod "{name_of(pod)}" not found')
        return container.last
    chosen = (container.current or container.last) if container else None
    if chosen is None:
        reason = dig(pod, "status", "containerStatuses", 0, "state", "waiting", "reason", default="ContainerCreating")
        why = {"ErrImagePull": "image can't be pulled", "ImagePullBackOff": "trying and failing to pull image"}
        text = f'container "{name}" in pod "{name_of(pod)}" is waiting to start: {why.get(reason, reason)}'
        raise bad_request(text)
    return chosen


def _container(pod: Object, run: PodRun | None, name: str) -> Container | None:
    names = [item["name"] for item in dig(pod, "spec", "containers", default=[])]
    if not name and len(names) > 1:
        choice = " ".join(names)
        raise bad_request(f"a container name must be specified for pod {name_of(pod)}, choose one of: [{choice}]")
    if name and name not in names:
        raise bad_request(f"container {name} is not valid for pod {name_of(pod)}")
    wanted = name or names[0]
    return next((item for item in run.containers if item.name == wanted), None) if run else None


def read_lines(instance: Instance, options: LogOptions, now: datetime) -> list[Line]:
    """What is there now; `since` is inclusive, as in the kubelet."""
    begin = options.since - timedelta(microseconds=1) if options.since else None
    lines = instance.lines(begin, now)
    return list(lines if options.tail is None else deque(lines, maxlen=max(options.tail, 0)))


def render_line(line: Line, options: LogOptions) -> bytes:
    moment, text = line
    return (f"{rfc3339_nano(moment)} {text}\n" if options.timestamps else f"{text}\n").encode()
