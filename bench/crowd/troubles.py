"""What is wrong with the broken ones: eight common troubles, each with the status and the event that go with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
CONTAINER = "app"
INIT = "migrate"
IMAGE = "registry.example/crowd/prototype-app:1.7.3"


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True, eq=False)
class Trouble:
    """`app` and `init` are what the containers' statuses differ in from those of a pod that is well."""

    reason: str
    message: str
    """Of the event."""
    app: Json
    init: Json | None = None
    scheduled: bool = True
    needs: str = ""
    """A Secret that the pods name and that is not there."""


def _waiting(reason: str, message: str = "", restarts: int = 0, ended: tuple[int, str] | None = None) -> Json:
    """`ended`: exit code and reason of the instance before."""
    last: Json = {"startedAt": ago(8), "finishedAt": ago(7)}
    if ended:
        last |= {"exitCode": ended[0], "reason": ended[1]}
    return {
        "ready": False,
        "started": False,
        "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": message}},
        "lastState": {"terminated": last} if ended else {},
    }


_BACK_OFF = "back-off 5m0s restarting failed container=app pod=prototype"
TROUBLES: tuple[Trouble, ...] = (
    Trouble(
        "BackOff",
        "Back-off restarting failed container app in pod",
        _waiting("CrashLoopBackOff", _BACK_OFF, restarts=14, ended=(1, "Error")),
    ),
    Trouble(
        "BackOff",
        "Back-off restarting failed container app in pod",
        _waiting("CrashLoopBackOff", _BACK_OFF, restarts=9, ended=(137, "OOMKilled")),
    ),
    Trouble(
        "Failed",
        f'Failed to pull image "{IMAGE}": not found',
        _waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"'),
    ),
    Trouble(
        "Failed",
        'Error: secret "prototype-token" not found',
        _waiting("CreateContainerConfigError", 'secret "prototype-token" not found'),
        needs="prototype-token",
    ),
    Trouble(
        "FailedScheduling",
        "0/100 nodes are available: 100 Insufficient memory. preemption: 0/100 nodes are available.",
        {},
        scheduled=False,
    ),
    Trouble(
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        {"ready": False},
    ),
    Trouble(
        "BackOff",
        "Back-off restarting failed container migrate in pod",
        _waiting("PodInitializing"),
        init=_waiting("CrashLoopBackOff", _BACK_OFF, restarts=6, ended=(2, "Error")),
    ),
    Trouble(
        "FailedMount",
        'MountVolume.SetUp failed for volume "token" : secret "prototype-volume" not found',
        _waiting("ContainerCreating"),
        init=_waiting("PodInitializing"),
        needs="prototype-volume",
    ),
)


def pod_status(trouble: Trouble | None) -> Json:
    """The status of a pod that is well, or not."""
    if trouble is not None and not trouble.scheduled:
        why = {"reason": "Unschedulable", "message": trouble.message}
        return {
            "phase": "Pending",
            "qosClass": "Burstable",
            "conditions": [_condition("PodScheduled", well=False, **why)],
        }
    app = _container(CONTAINER, {"running": {"startedAt": ago(59)}}) | (trouble.app if trouble else {})
    done = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": ago(60), "finishedAt": ago(59)}}
    init = _container(INIT, done) | (trouble.init or {} if trouble else {})
    begun = trouble is None or trouble.init is None
    ready = trouble is None
    why = {} if ready else {"reason": "ContainersNotReady", "message": "containers with unready status: [app]"}
    return {
        "phase": "Running" if "running" in app["state"] or app["restartCount"] else "Pending",
        "qosClass": "Burstable",
        "hostIP": "127.0.0.1",
        "podIP": "10.244.1.1",
        "podIPs": [{"ip": "10.244.1.1"}],
        "startTime": ago(60),
        "conditions": [
            _condition("PodReadyToStartContainers"),
            _condition("Initialized", well=begun),
            _condition("Ready", well=ready, **why),
            _condition("ContainersReady", well=ready, **why),
            _condition("PodScheduled"),
        ],
        "initContainerStatuses": [init],
        "containerStatuses": [app],
    }


def _condition(name: str, *, well: bool = True, **why: str) -> Json:
    return {"type": name, "status": "True" if well else "False", "lastTransitionTime": ago(59), **why}


def _container(name: str, state: Json) -> Json:
    return {
        "name": name,
        "image": IMAGE,
        "imageID": "registry.example/crowd/prototype-app@sha256:" + "0f" * 32,
        "containerID": "containerd://" + "a7" * 32,
        "ready": True,
        "started": name == CONTAINER,
        "restartCount": 0,
        "state": state,
        "lastState": {},
    }
