"""The machine that a control plane is: its programs, started in order, and its files.

A machine has the programs that its folder of binaries has. With all seven it is a whole cluster; with etcd and
kube-apiserver alone (what `KUBEBUILDER_ASSETS` names) it stores and checks objects, and nothing moves.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.controlplane import bootstrap
from tests.controlplane.api import Api
from tests.controlplane.certificates import Authority, new_key, private_pem, public_pem
from tests.controlplane.components import LOCAL, Command, Layout, Ports
from tests.controlplane.kubeconfigs import Kubeconfigs
from tests.controlplane.podlogs import PodLogs
from tests.controlplane.processes import Child, PortClash, free_ports, stop_all
from tests.controlplane.waiting import wait_for

MASTERS = "system:masters"
TRIES = 3
SERVER_HOSTS = (LOCAL, "10.96.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
START_SECONDS = 60.0
STOP_SECONDS = 0.5  # kube-apiserver would take ten, to say goodbye to clients that end with it


class Machine:
    """One run: started by `start`, ended by `stop`; in between its parts can be stopped, started and paused."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs = programs
        self.folder = folder
        self.children: dict[str, Child] = {}
        self.pod_logs = PodLogs(folder / "pod-logs")

    def start(self) -> None:
        """Bring everything up; once more with other ports when somebody took one in the meantime."""
        for tries_left in reversed(range(TRIES)):
            try:
                self._start()
                return
            except PortClash:
                self.stop()
                if not tries_left:
                    raise
            except BaseException:
                self.stop()
                raise

    def stop(self) -> None:
        """End everything and throw the state away; what the programs said stays, for whoever looks for a reason."""
        self.pod_logs.stop()
        stop_all(self.children.values(), STOP_SECONDS)
        self.children.clear()
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)

    def start_apiserver(self) -> None:
        """The API server, with the state, the address and the certificates that it had."""
        self.launch("kube-apiserver", self.layout.apiserver())
        self._wait_until_ready()

    def launch(self, name: str, command: Command) -> None:
        # TZ: kwok writes its own zone into objects.
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "TZ": "UTC"}
        self.children[name] = Child(name, command, self.layout.logs, environment)

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.layout = Layout(self.programs, self.folder, Ports(*free_ports(5)))
        self.layout.logs.mkdir(exist_ok=True)
        self._write_files()
        self.launch("etcd", self.layout.etcd())
        self.launch("kube-apiserver", self.layout.apiserver())
        self.api = Api(self.folder / "admin.kubeconfig")
        self.pod_logs = PodLogs(self.folder / "pod-logs")
        self._wait_until_ready()
        if self.layout.has("kube-controller-manager"):
            self.launch("kube-controller-manager", self.layout.controller_manager())
            self.launch("kube-scheduler", self.layout.scheduler())
        bootstrap.viewer(self.api)
        if self.layout.has("kwok"):
            self._start_nodes()
        self._wait_until_usable()

    def _start_nodes(self) -> None:
        manifests = self.programs.parent / "kwok"
        bootstrap.kwok_resources(self.api, manifests / "crds", manifests / "stages", self.pod_logs.folder)
        self.pod_logs.start(self.api)
        self.launch("kwok", self.layout.kwok())
        bootstrap.nodes(self.api)
        if self.layout.has("metrics-server"):
            bootstrap.metrics_api(self.api, self.layout.ports.metrics, self._authority.pem)
            self.launch("metrics-server", self.layout.metrics_server())

    def _wait_until_ready(self) -> None:
        def ready() -> bool:
            for child in self.children.values():
                child.check()
            return self.api.ready()

        wait_for("the API server is ready", ready, START_SECONDS)

    def _wait_until_usable(self) -> None:
        """Until pods can be made: they need a service account from the controller manager, and nodes from kwok."""

        def usable() -> bool:
            for child in self.children.values():
                child.check()
            return bootstrap.is_usable(self.api, self.layout)

        wait_for("pods can be made", usable, START_SECONDS)

    def _write_files(self) -> None:
        self._authority = Authority("control-plane-ca")
        front = Authority("control-plane-front-ca")
        (self.folder / "ca.crt").write_bytes(self._authority.pem)
        (self.folder / "front-ca.crt").write_bytes(front.pem)
        accounts = new_key()
        (self.folder / "service-accounts.key").write_bytes(private_pem(accounts))
        (self.folder / "service-accounts.pub").write_bytes(public_pem(accounts))
        issue = self._authority.issue
        certificates = {
            "server": issue("kube-apiserver", hosts=SERVER_HOSTS),
            "kubelet": issue("kwok", hosts=(LOCAL,)),
            "kubelet-client": issue("kube-apiserver-kubelet-client", MASTERS),
            "metrics-server": issue("metrics-server", hosts=("metrics-server.kube-system.svc",)),
            "front-proxy": front.issue("front-proxy-client"),
        }
        for name, certificate in certificates.items():
            certificate.write(self.folder, name)
        server = f"https://{LOCAL}:{self.layout.ports.apiserver}"
        self.kubeconfigs = Kubeconfigs(self.folder, server, self._authority)
        for user in ("admin", "kwok", "metrics-server"):
            self.kubeconfigs.write(user, MASTERS)
        for user in ("system:kube-controller-manager", "system:kube-scheduler", bootstrap.VIEWER):
            self.kubeconfigs.write(user)
