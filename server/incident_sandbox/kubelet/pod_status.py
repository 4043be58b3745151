"""The status of a pod as its kubelet reports it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from incident_sandbox.kubelet.container import Container
from incident_sandbox.kubelet.instance import Instance
from incident_sandbox.model.objects import Object, condition_of, dig
from incident_sandbox.model.timestamps import rfc3339


@dataclass(slots=True)
class PodRun:
    """A pod on its node."""

    uid: str
    containers: list[Container]
    started: datetime
    ip: str
    host_ip: str
    sandbox: bool = False
    """Whether the pod's network is up, which is when it gets its address."""
    stop_at: datetime | None = None
    probed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    """When the next failing readiness probe of a container is told."""

    def end(self, now: datetime) -> None:
        """The pod is gone; who still follows a log sees its end."""
        self.stop_at = None
        self.probed.clear()
        for container in self.containers:
            container.due = None
            if container.current is not None:
                container.current.finished = now

    @property
    def due(self) -> datetime | None:
        moments = [item.due for item in self.containers if item.due] + list(self.probed.values())
        return self.stop_at or min(moments, default=None)


def build_status(pod: Object, run: PodRun, now: datetime) -> Object:
    statuses = [_container_status(item) for item in run.containers]
    ready = all(item.ready for item in run.containers)
    unready = [item.name for item in run.containers if not item.ready]
    why = ("ContainersNotReady", f"containers with unready status: [{' '.join(unready)}]")
    status: Object = {
        "observedGeneration": dig(pod, "metadata", "generation", default=1),
        "phase": _phase(run),
        "conditions": [
            _condition(pod, "PodReadyToStartContainers", run.sandbox, now),
            _condition(pod, "Initialized", True, now),
            _condition(pod, "Ready", ready, now, *(() if ready else why)),
            _condition(pod, "ContainersReady", ready, now, *(() if ready else why)),
            condition_of(pod, "PodScheduled") or _condition(pod, "PodScheduled", True, now),
        ],
        "hostIP": run.host_ip,
        "hostIPs": [{"ip": run.host_ip}],
        "startTime": rfc3339(run.started),
        "containerStatuses": statuses,
        "qosClass": dig(pod, "status", "qosClass", default="BestEffort"),
    }
    if run.sandbox:
        status |= {"podIP": run.ip, "podIPs": [{"ip": run.ip}]}
    init = dig(pod, "spec", "initContainers", default=[])
    if init:
        status["initContainerStatuses"] = [_finished_init(item, run) for item in init]
    return status


def _phase(run: PodRun) -> str:
    if all(item.phase == "done" for item in run.containers):
        return "Failed" if any(item.last and item.last.exit_code for item in run.containers) else "Succeeded"
    return "Running" if all(item.starts for item in run.containers) else "Pending"


def _condition(pod: Object, kind: str, true: bool, now: datetime, reason: str = "", message: str = "") -> Object:
    status = "True" if true else "False"
    old = condition_of(pod, kind)
    same = old is not None and old["status"] == status
    condition: Object = {
        "type": kind,
        "observedGeneration": dig(pod, "metadata", "generation", default=1),
        "status": status,
        "lastProbeTime": None,
        "lastTransitionTime": old["lastTransitionTime"] if old and same else rfc3339(now),
    }
    return condition | ({"reason": reason, "message": message} if reason else {})


def image_id(image: str) -> str:
    repository = image.partition("@")[0].rpartition(":")[0] or image
    return f"{repository}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def _container_status(container: Container) -> Object:
    shown = container.current or container.last
    status: Object = {
        "name": container.name,
        "state": _state(container),
        "lastState": _last_state(container),
        "ready": container.ready,
        "restartCount": container.restarts,
        "image": container.image,
        "imageID": image_id(container.image) if container.starts else "",
        "started": container.is_live,
    }
    return status | ({"containerID": shown.container_id} if shown else {})


_WAITING = {
    "creating": "ContainerCreating",
    "pulling": "ContainerCreating",
    "refused": "CreateContainerConfigError",
    "backoff": "CrashLoopBackOff",
    "unpulled": "ErrImagePull",
    "unpulled-backoff": "ImagePullBackOff",
}


def _state(container: Container) -> Object:
    if container.current is not None:
        return {"running": {"startedAt": rfc3339(container.current.started)}}
    if container.phase in ("ended", "done") and container.last:
        return {"terminated": _terminated(container.last)}
    return {"waiting": {"reason": _WAITING[container.phase]} | ({"message": container.why} if container.why else {})}


def _last_state(container: Container) -> Object:
    if container.last is None or container.phase in ("ended", "done"):
        return {}
    return {"terminated": _terminated(container.last)}


def _terminated(instance: Instance) -> Object:
    return {
        "exitCode": instance.exit_code,
        "reason": instance.reason,
        "startedAt": rfc3339(instance.started),
        "finishedAt": rfc3339(instance.finished or instance.started),
        "containerID": instance.container_id,
    }


def _finished_init(spec: Object, run: PodRun) -> Object:
    """Init containers always succeed at once here."""
    time = rfc3339(run.started)
    identity = hashlib.sha256(f"{run.uid}{spec['name']}".encode()).hexdigest()
    done = {"exitCode": 0, "reason": "Completed", "startedAt": time, "finishedAt": time}
    return {
        "name": spec["name"],
        "state": {"terminated": {**done, "containerID": f"containerd://{identity}"}},
        "lastState": {},
        "ready": True,
        "restartCount": 0,
        "image": spec["image"],
        "imageID": image_id(spec["image"]),
        "containerID": f"containerd://{identity}",
        "started": False,
    }
