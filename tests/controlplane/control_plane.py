"""What a test sees of a control plane.

Everything here blocks, and every wait has a deadline. A test works in a namespace of its own (`new_namespace`), since
all tests of a session share one control plane. What a borrowed cluster cannot do is not in its `features`; a test that
needs more says `control_plane.require(...)` first.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Literal, NoReturn, TypeVar

import pytest
import yaml

from tests.controlplane import audit, bootstrap
from tests.controlplane.api import Api, ApiError, Json
from tests.controlplane.audit import AuditEvent
from tests.controlplane.machine import Machine
from tests.controlplane.waiting import wait_for

T = TypeVar("T")
Feature = Literal["controllers", "faults", "metrics", "audit", "processes", "users"]
REQUIRED = "INCIDENT_REQUIRE_CONTROL_PLANE"
MARK = "control-plane-mark"


class KubectlError(Exception):
    """kubectl ended with an error; the text is what it said."""


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where a control plane is required (`INCIDENT_REQUIRE_CONTROL_PLANE=1`)."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {what}", pytrace=False)
    pytest.skip(what)


class ControlPlane:
    """A running cluster: one of our own (`machine`), or a borrowed one, of which only the kubeconfig is known."""

    def __init__(self, kubeconfig: Path, kubectl: Path, folder: Path, machine: Machine | None = None) -> None:
        self.kubeconfig = kubeconfig
        self.folder = folder
        self.machine = machine
        self.features: frozenset[Feature] = _features(machine)
        self.kubectl_path = kubectl
        self._numbers = itertools.count(1)

    @classmethod
    def start(cls, programs: Path, folder: Path, kubectl: Path | None = None) -> ControlPlane:
        """Start one of our own from a folder of binaries, and return when pods can be made on it."""
        machine = Machine(programs, folder)
        machine.start()
        return cls(folder / "admin.kubeconfig", kubectl or programs / "kubectl", folder, machine)

    def stop(self) -> None:
        """End a cluster of our own. A borrowed one is left as it is."""
        if self.machine:
            self.machine.stop()

    def require(self, *features: Feature) -> None:
        lacking = [feature for feature in features if feature not in self.features]
        if lacking:
            missing(f"this cluster has no {', no '.join(lacking)}: `make control-plane` builds one that has")

    # Where things are

    @cached_property
    def url(self) -> str:
        """The API server's address."""
        return self.kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")

    @property
    def logs_folder(self) -> Path:
        """What each program of the control plane says, in NAME.log."""
        return self.folder / "logs"

    @property
    def viewer_kubeconfig(self) -> Path:
        """A user who may read namespace shop, no Secrets, and nothing else."""
        self.require("users")
        return self.folder / f"{bootstrap.VIEWER}.kubeconfig"

    @property
    def api(self) -> Api:
        """JSON requests as the admin, quicker than kubectl."""
        return self._machine("users").api

    def user_kubeconfig(self, user: str, *groups: str) -> Path:
        """A kubeconfig of anybody; what they may do is up to the roles that a test binds to the name."""
        return self._machine("users").kubeconfigs.write(user, *groups)

    # Objects

    def kubectl(
        self,
        *arguments: str,
        input: str | None = None,  # noqa: A002 - as `subprocess.run` calls it
        kubeconfig: Path | None = None,
    ) -> str:
        """What kubectl prints. Raises `KubectlError` with what it complains of."""
        command = [str(self.kubectl_path), f"--kubeconfig={kubeconfig or self.kubeconfig}"]
        command.append(f"--cache-dir={self.folder / 'kubectl-cache'}")  # the usual one may know another server here
        command.extend(arguments)
        environment = {**os.environ, "KUBERC": "off", "TZ": "UTC"}
        done = subprocess.run(command, input=input, capture_output=True, text=True, env=environment, timeout=60)
        if done.returncode:
            raise KubectlError(done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def get(self, *arguments: str) -> Json:
        """`kubectl get ARGUMENTS -o json`, as an object."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json"))

    def apply(self, objects: str | Json | list[Json], namespace: str = "default", manager: str = "") -> str:
        """`kubectl apply` YAML text or objects, into a namespace unless they name one."""
        if not isinstance(objects, str):
            objects = yaml.safe_dump_all(objects if isinstance(objects, list) else [objects])
        flags = [f"--field-manager={manager}"] if manager else []
        return self.kubectl("apply", "-n", namespace, "-f", "-", *flags, input=objects)

    def wait(self, what: str, look: Callable[[], T], seconds: float = 20.0) -> T:
        """The first true answer of `look`; `NotInTime` when it does not come. API errors count as *not yet*."""
        return wait_for(what, look, seconds)

    def create_namespace(self, name: str) -> str:
        """A namespace in which pods can start at once."""
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        if "controllers" in self.features:
            self.wait(f"namespace {name} has its service account", lambda: self._has_account(name))
        return name

    @contextmanager
    def new_namespace(self, prefix: str = "test") -> Generator[str]:
        """A fresh namespace, deleted afterwards (nobody waits for that)."""
        name = self.create_namespace(f"{prefix}-{os.getpid()}-{next(self._numbers)}")
        try:
            yield name
        finally:
            self.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")

    def let_view(self, namespace: str) -> None:
        """Let the viewer read one more namespace."""
        self.require("users")
        self.apply(list(bootstrap.documents(bootstrap.CONF / "viewer.yaml")), namespace)

    # What was asked of the API server

    def audit_events(self, namespace: str | None = None) -> list[AuditEvent]:
        """Every write so far, oldest first; with a namespace, those in it. What was answered before is in it."""
        layout = self._machine("audit").layout
        mark = f"{MARK}-{next(self._numbers)}"
        review: Json = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        self.api.create(f"/apis/authentication.k8s.io/v1/selfsubjectreviews?mark={mark}", review)

        def marked() -> list[AuditEvent]:
            with open(layout.audit_log) as log:
                events = list(audit.read(log))
            return events if any(mark in event.uri for event in events) else []

        events = self.wait("the audit log is written", marked)
        own = [event for event in events if MARK not in event.uri]
        return [event for event in own if namespace in (None, event.namespace)]

    # Faults of the control plane itself

    def stop_apiserver(self) -> None:
        """Gone, in the middle of whatever it was answering: nothing listens on its port any more."""
        self._machine("processes").children["kube-apiserver"].kill()

    def start_apiserver(self) -> None:
        """The same API server again, on the same port, with what it knew."""
        self._machine("processes").start_apiserver()

    def restart_apiserver(self) -> None:
        self.stop_apiserver()
        self.start_apiserver()

    @contextmanager
    def pause(self, program: str = "kube-apiserver") -> Generator[None]:
        """Freeze a program: it keeps its connections and answers nothing. Under ten seconds, or nodes count as dead."""
        child = self._machine("processes").children[program]
        child.pause()
        try:
            yield
        finally:
            child.resume()

    def _machine(self, feature: Feature) -> Machine:
        self.require(feature)
        assert self.machine
        return self.machine

    def _has_account(self, namespace: str) -> bool:
        if self.machine is None:
            return bool(self.kubectl("get", "serviceaccount", "-n", namespace, "-o", "name"))
        try:
            return bool(self.api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/default"))
        except ApiError:
            return False


def _features(machine: Machine | None) -> frozenset[Feature]:
    if machine is None:
        return frozenset({"controllers"})
    programs: dict[Feature, str] = {
        "controllers": "kube-controller-manager",
        "faults": "kwok",
        "metrics": "metrics-server",
        "audit": "kube-apiserver",
        "processes": "kube-apiserver",
        "users": "kube-apiserver",
    }
    return frozenset(feature for feature, program in programs.items() if machine.layout.has(program))
