"""The kubelet of pods that kwok holds back: what it reports of them is a script, in the words of the real one.

A pod template names its script in an annotation; whoever reads the cluster sees a word of no meaning. The player
watches pods, and once one has a node it writes the script's status, events and logs. Then it goes on: events are told
again and lines written again, since a kubelet that falls silent would mean that all is over.

Wordings: kubernetes/kubernetes pkg/kubelet (kuberuntime, images, prober, volumemanager), containerd and the programs'
own libraries.
"""

from __future__ import annotations

import hashlib
import itertools
import re
import textwrap
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from tests.controlplane.api import Api, ApiError
from tests.controlplane.podlogs import cri_lines

Json = dict[str, Any]
KWOK = "/apis/kwok.x-k8s.io/v1alpha1"
SCRIPT = "control-plane/script"
_SERVICE = re.compile(r"\{service:([a-z-]+)\}")
AGAIN_SECONDS = 45.0
RUN = timedelta(seconds=8)
"""How long a container that fails lives, each time."""


@dataclass(frozen=True)
class Told:
    """One event about the pod. `{pod}`, `{namespace}`, `{uid}` and `{ip}` stand for the pod's own, `{service:NAME}` for
    the cluster's address of a Service.
    """

    reason: str
    message: str
    count: int = 4
    warning: bool = True
    container: str = "app"
    by: str = "kubelet"
    minutes_ago: float = 0.0


@dataclass(frozen=True)
class State:
    """One container: the fields of its status, and what it wrote."""

    status: Json
    log: str = ""
    ready: bool = False


@dataclass(frozen=True)
class Script:
    """What the kubelet says of the pods of one template. Containers that are not named run and are ready."""

    containers: dict[str, State] = field(default_factory=dict[str, State])
    events: tuple[Told, ...] = ()
    phase: str = "Running"
    reason: str = ""
    message: str = ""
    node: str = ""
    """Only on this node: elsewhere all is well."""

    @property
    def name(self) -> str:
        """What the annotation says: it tells nothing to whoever looks for the fault."""
        name = hashlib.sha256(repr(self).encode()).hexdigest()[:12]
        SCRIPTS[name] = self
        return name

    def but(self, **fields: Any) -> Script:
        return replace(self, **fields)


SCRIPTS: dict[str, Script] = {}


def waiting(reason: str, message: str = "", *events: Told, container: str = "app", **status: Any) -> Script:
    """A container that was never started."""
    state: Json = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    return Script({container: State({"restartCount": 0, "state": state, **status})}, events, phase="Pending")


def crash(
    log: str = "",
    code: int = 1,
    reason: str = "Error",
    *events: Told,
    restarts: int = 3,
    container: str = "app",
    message: str = "",
) -> Script:
    """A container that ends again and again, and waits for its next start."""
    ended: Json = {"exitCode": code, "reason": reason, "startedAt": "{began}", "finishedAt": "{ended}"}
    if message:
        ended["message"] = message
    back = f"back-off 40s restarting failed container={container} pod={{pod}}_{{namespace}}({{uid}})"
    status: Json = {
        "restartCount": restarts,
        "lastState": {"terminated": ended},
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": back}},
    }
    told = Told(
        "BackOff", f"Back-off restarting failed container {container} in pod {{pod}}_{{namespace}}({{uid}})", 5,
        container=container,
    )  # fmt: skip
    return Script({container: State(status, log)}, (*events, told))


def unready(log: str = "", *events: Told, container: str = "app") -> Script:
    """A container that runs, and whose readiness probe fails."""
    return Script({container: _running(log, ready=False)}, events)


def well(log: str = "", restarts: int = 0) -> Script:
    """Runs and is ready, whatever it writes."""
    return Script({"app": _running(log, ready=True, restarts=restarts)})


def failed(log: str = "", code: int = 1, reason: str = "Error") -> Script:
    """A pod that is not restarted: of a Job."""
    ended = {"exitCode": code, "reason": reason, "startedAt": "{began}", "finishedAt": "{ended}"}
    return Script({"app": State({"restartCount": 0, "state": {"terminated": ended}}, log)}, phase="Failed")


def init(script: Script) -> Script:
    """The same of an init container: the main one waits for it."""
    main = State({"restartCount": 0, "state": {"waiting": {"reason": "PodInitializing"}}})
    return script.but(containers={**script.containers, "app": main}, phase="Pending")


def running_init(log: str, container: str) -> Script:
    """An init container that does not end."""
    return init(Script({container: _running(log, ready=False)}))


def _running(log: str, *, ready: bool, restarts: int = 0) -> State:
    return State({"restartCount": restarts, "state": {"running": {"startedAt": "{created}"}}}, log, ready=ready)


def pull_fails(why: str, image: str = "", *events: Told) -> Script:
    """`why`: what containerd says after the image's name; `{image}` stands for it."""
    why = why.format(image=image) if image else why
    pulling = f'Failed to pull image "{image}": {why}'
    return waiting(
        "ImagePullBackOff",
        f'Back-off pulling image "{image}": ErrImagePull: {why}',
        *events,
        Told("Failed", pulling, 3),
        Told("Failed", "Error: ErrImagePull", 3),
        Told("BackOff", f'Back-off pulling image "{image}"', 6, warning=False),
        Told("Failed", "Error: ImagePullBackOff", 6),
        image=image,
    )


def probe_fails(which: str, why: str, count: int = 4) -> Told:
    return Told("Unhealthy", f"{which} probe failed: {why}", count)


def killed(which: str, why: str) -> tuple[Told, Told]:
    """A probe that fails, and the kubelet that acts on it."""
    will = f"Container app failed {which.lower()} probe, will be restarted"
    return probe_fails(which, why, 9), Told("Killing", will, 3, warning=False)


class Kubelet:
    """Plays the scripts on one control plane until it is stopped."""

    def __init__(self, api: Api, folder: Path) -> None:
        self._api, self._folder = api, folder
        self._stopped = threading.Event()
        self._addresses = itertools.count(1)
        self.played: dict[str, _Played] = {}
        """What it has reported, by the pods' uids."""

    def start(self) -> Kubelet:
        self._folder.mkdir(parents=True, exist_ok=True)
        for keep in (self._follow, self._go_on):
            threading.Thread(target=keep, daemon=True).start()
        return self

    def stop(self) -> None:
        self._stopped.set()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                for event in self._api.watch("/api/v1/pods"):
                    if self._stopped.is_set():
                        return
                    if event["type"] in ("ADDED", "MODIFIED"):
                        self._see(event["object"])
            except ApiError:
                pass  # the API server is away: look again when it is back
            self._stopped.wait(0.2)

    def _go_on(self) -> None:
        while not self._stopped.wait(AGAIN_SECONDS):
            for played in list(self.played.values()):
                try:
                    played.go_on()
                except ApiError:
                    continue  # the pod is gone by now, or the API server is away

    def _see(self, pod: Json) -> None:
        meta: Json = pod["metadata"]
        annotations: Json = meta.get("annotations") or {}
        script = SCRIPTS.get(annotations.get(SCRIPT, ""))
        if (
            script is None
            or meta["uid"] in self.played
            or "deletionTimestamp" in meta
            or not pod["spec"].get("nodeName")
        ):
            return
        played = _Played(self._api, self._folder, pod, script, self._address())
        try:
            played.play()
        except ApiError as error:
            if error.status not in (404, 409):  # gone meanwhile, or seen a second time
                raise
        self.played[meta["uid"]] = played

    def _address(self) -> str:
        number = next(self._addresses)
        return f"10.245.{number // 250}.{number % 250 + 1}"


@dataclass(frozen=True)
class _Played:
    """One script on one pod."""

    api: Api
    folder: Path
    pod: Json
    script: Script
    address: str

    def play(self) -> None:
        self._logs()
        path = f"/api/v1/namespaces/{self._meta['namespace']}/pods/{self._meta['name']}/status"
        self.api.patch(path, {"status": self._status()})
        for number, told in enumerate(self._script.events):
            self._event(number, told)

    def go_on(self) -> None:
        """Tell again what goes on: events that are of now, and what containers write that run."""
        for number, told in enumerate(self._script.events):
            if not told.minutes_ago:
                again = {"lastTimestamp": _stamp(self._now), "count": told.count + 1}
                self.api.patch(f"{self._events}/{self._event_name(number)}", again)
        for name, state in self._script.containers.items():
            if state.log and "running" in state.status["state"]:
                self._write(name, state)

    @property
    def _events(self) -> str:
        return f"/api/v1/namespaces/{self._meta['namespace']}/events"

    def _event_name(self, number: int) -> str:
        return f"{self._meta['name']}.{self._meta['uid'][:8]}{number:04x}"

    def _write(self, name: str, state: State) -> Path:
        """The log of one container, ending now; whole or not at all."""
        file, end = self.folder / f"{self._meta['uid']}_{name}.log", self._now
        lines = textwrap.dedent(state.log).strip().splitlines()
        draft = file.with_suffix(".draft")
        text = "\n".join(f"stdout {self._words(line)}" for line in lines)
        draft.write_text("".join(cri_lines(text, end - RUN, end)))
        draft.rename(file)
        return file

    @property
    def _script(self) -> Script:
        elsewhere = self.script.node not in ("", self.pod["spec"]["nodeName"])
        return Script() if elsewhere else self.script

    @property
    def _meta(self) -> Json:
        return self.pod["metadata"]

    @property
    def _now(self) -> datetime:
        return datetime.now(UTC)

    def _words(self, text: str) -> str:
        values = {
            "pod": self._meta["name"],
            "namespace": self._meta["namespace"],
            "uid": self._meta["uid"],
            "ip": self.address,
            "node": self.pod["spec"]["nodeName"],
            "created": self._meta["creationTimestamp"],
            "began": _stamp(self._now - RUN),
            "ended": _stamp(self._now),
        }
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", value)
        return _SERVICE.sub(self._cluster_address, text)

    def _cluster_address(self, name: re.Match[str]) -> str:
        service = self.api.get(f"/api/v1/namespaces/{self._meta['namespace']}/services/{name[1]}")
        return service["spec"]["clusterIP"]

    def _filled(self, thing: Any) -> Any:
        if isinstance(thing, dict):
            return {key: self._filled(value) for key, value in cast("Json", thing).items()}
        return self._words(thing) if isinstance(thing, str) else thing

    def _containers(self, kind: str) -> list[Json]:
        return self.pod["spec"].get(kind) or []

    def _status(self) -> Json:
        script, now = self._script, _stamp(self._now)
        mains = [self._container(each) for each in self._containers("containers")]
        inits = [self._container(each, init=True) for each in self._containers("initContainers")]
        ready = all(each["ready"] for each in mains)
        started = script.phase != "Pending" or bool(inits)
        lacking = [each["name"] for each in mains if not each["ready"]]
        because = {
            "reason": "ContainersNotReady",
            "message": f"containers with unready status: [{' '.join(lacking)}]",
        }

        def condition(kind: str, is_so: bool, **why: str) -> Json:
            return {"type": kind, "status": str(is_so), "lastTransitionTime": now, **({} if is_so else why)}

        status: Json = {
            "phase": script.phase,
            "startTime": self._meta["creationTimestamp"],
            "hostIP": "127.0.0.1",
            "conditions": [
                condition("PodReadyToStartContainers", started),
                condition("Initialized", all(each["ready"] for each in inits)),
                condition("Ready", ready, **because),
                condition("ContainersReady", ready, **because),
            ],
            "containerStatuses": mains,
            "initContainerStatuses": inits,
        }
        if started:
            status |= {"podIP": self.address, "podIPs": [{"ip": self.address}]}
        if script.reason:
            status |= {"reason": script.reason, "message": self._words(script.message)}
        return status

    def _container(self, each: Json, *, init: bool = False) -> Json:
        state = self._script.containers.get(each["name"])
        if state is None and init:
            done = {"exitCode": 0, "reason": "Completed", "startedAt": "{created}", "finishedAt": "{created}"}
            state = State({"restartCount": 0, "state": {"terminated": done}}, ready=True)
        state = state or _running("", ready=True)
        pulled = "waiting" not in state.status["state"] or state.status["restartCount"] > 0
        return {
            "name": each["name"],
            "image": each["image"],
            "imageID": f"{each['image'].rpartition(':')[0]}@sha256:{'0' * 64}" if pulled else "",
            "ready": state.ready,
            "started": state.ready,
            **self._filled({key: value for key, value in state.status.items() if key != "image"}),
        }

    def _event(self, number: int, told: Told) -> None:
        meta, node = self._meta, self.pod["spec"]["nodeName"]
        last = self._now - timedelta(minutes=told.minutes_ago)
        first = last - timedelta(minutes=told.minutes_ago and 5)
        about: Json = {
            "apiVersion": "v1", "kind": "Pod", "name": meta["name"], "namespace": meta["namespace"], "uid": meta["uid"],
        }  # fmt: skip
        if told.container and told.by == "kubelet":
            waits = told.container in [each["name"] for each in self._containers("initContainers")]
            about["fieldPath"] = f"spec.{'initContainers' if waits else 'containers'}{{{told.container}}}"
        source: Json = {"component": told.by, **({"host": node} if told.by == "kubelet" else {})}
        self.api.create(
            self._events,
            {
                "metadata": {"name": self._event_name(number), "namespace": meta["namespace"]},
                "involvedObject": about,
                "type": "Warning" if told.warning else "Normal",
                "reason": told.reason,
                "message": self._words(told.message),
                "source": source,
                "reportingComponent": told.by,
                "reportingInstance": node if told.by == "kubelet" else "",
                "firstTimestamp": _stamp(min(first, last)),
                "lastTimestamp": _stamp(last),
                "count": told.count,
            },
        )

    def _logs(self) -> None:
        """A file for each container that says something, and kwok's word for where it is."""
        logs: list[Json] = []
        for name, state in self._script.containers.items():
            if not state.log:
                continue
            file = self._write(name, state)
            again = state.status["restartCount"] > 0
            logs.append(
                {"containers": [name], "logsFile": str(file), **({"previousLogsFile": str(file)} if again else {})}
            )
        silent = [
            name
            for name, state in self._script.containers.items()
            if not state.log and "waiting" in state.status["state"]
        ]
        if silent:  # a container that never started has no log; kwok's own would be the healthy one's
            empty = self.folder / "empty.log"
            empty.touch()
            logs.append({"containers": silent, "logsFile": str(empty), "previousLogsFile": str(empty)})
        if not logs:
            return
        owner = {"apiVersion": "v1", "kind": "Pod", "name": self._meta["name"], "uid": self._meta["uid"]}
        body = {
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": "Logs",
            "metadata": {"name": self._meta["name"], "ownerReferences": [owner]},
            "spec": {"logs": logs},
        }
        self.api.create(f"{KWOK}/namespaces/{self._meta['namespace']}/logs", body)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
