"""Prometheus and Alertmanager as Services of a real cluster, asked through its API server's proxy, by who may and who
may not.

The API server refuses to pass anything on to a loopback address: both listen on another address of this machine.
"""

import json
import socket
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from incident_mcp.cli.checkup.check import Check
from incident_mcp.cli.checkup.monitoring import monitoring_checks
from incident_mcp.settings import load_settings
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.assessment import assess_incident
from incident_mcp.workflow.desk import Desk
from tests.cli.running import ROOT
from tests.controlplane.control_plane import ControlPlane, KubectlError, missing
from tests.investigate.planted.objects import deployment, ingress, service, thing
from tests.metrics.servers import History, alertmanager, fire, prometheus

AGO = timedelta(minutes=6)
PORTS = {"prometheus": 9090, "alertmanager": 9093}
READER = "monitoring-reader"


@dataclass(frozen=True)
class Monitored:
    """A namespace in which a Service selects nothing, and both servers as Services in front of this machine."""

    control_plane: ControlPlane
    namespace: str
    beside: str
    """Where they are Services."""
    folder: Path

    @property
    def settings(self) -> dict[str, Any]:
        return {name: {"service": f"{self.beside}/{name}:{port}"} for name, port in PORTS.items()}

    async def desk(self, kubeconfig: Path) -> Desk:
        return await open_desk(load_settings(kubeconfig=str(kubeconfig), home=self.folder, **self.settings), {})

    def kubeconfig(self) -> Path:
        """Of somebody who may read the namespace, and no more until a test grants it."""
        role = thing("RoleBinding", READER, "rbac.authorization.k8s.io/v1", subjects=[_user()], roleRef=_role("view"))
        self.control_plane.apply(role, self.namespace)
        return self.control_plane.user_kubeconfig(READER)


def _user() -> dict[str, str]:
    return {"kind": "User", "name": READER, "apiGroup": "rbac.authorization.k8s.io"}


def _role(name: str) -> dict[str, str]:
    return {"kind": "ClusterRole", "name": name, "apiGroup": "rbac.authorization.k8s.io"}


def address_of_machine() -> str:
    """The one that it would send from, beyond the loopback. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
        except OSError:
            missing("this machine has no address but the loopback's, which an API server does not proxy to")
        return str(asking.getsockname()[0])


@pytest.fixture
def monitored(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> Iterator[Monitored]:
    control_plane.require("controllers", "users")
    onset, address = datetime.now(UTC) - AGO, address_of_machine()
    history = History(onset)
    labels = {"namespace": namespace, "ingress": "api", "service": "api"}
    requests = "nginx_ingress_controller_requests"
    history.counter(requests, {**labels, "status": "200"}, lambda at: 0 if at > 0 else 10)
    history.counter(requests, {**labels, "status": "503"}, lambda at: 10 if at > 0 else 0)
    with (
        prometheus(tmp_path / "prometheus", history, address=address) as first,
        alertmanager(tmp_path / "alertmanager", address) as second,
    ):
        fire(second, "ApiDown", onset, {"namespace": namespace, "service": "api", "severity": "critical"})
        beside = control_plane.create_namespace(f"{namespace}-monitoring")
        status = {"podIP": address, "podIPs": [{"ip": address}]}
        for (name, port), url in zip(PORTS.items(), (first, second), strict=True):
            control_plane.apply([*_in_front(name, port, url, beside)], beside)
            patch = ("--subresource=status", "--type=merge", "-p", json.dumps({"status": status}))
            control_plane.kubectl("patch", "pod", name, "-n", beside, *patch)
        for name, port in PORTS.items():
            path = f"/api/v1/namespaces/{beside}/services/{name}:{port}/proxy/-/ready"
            control_plane.wait(f"{name} answers through the API server", partial(_asked, control_plane, path))
        control_plane.apply([deployment("api"), service("api", selector={"app": "apii"}), ingress("api")], namespace)
        yield Monitored(control_plane, namespace, beside, tmp_path / "state")
        control_plane.kubectl("delete", "namespace", beside, "--wait=false")


def _in_front(name: str, port: int, url: str, namespace: str) -> Iterator[dict[str, Any]]:
    """A Service without a selector, and the endpoint that somebody writes for it. An API server proxies to pods only:
    there is one, which its gate keeps from every node, and of which nobody but the test writes the status.
    """
    parts = urlsplit(url)
    yield thing("Service", name, spec={"ports": [{"name": "web", "port": port}]})
    containers = [{"name": name, "image": f"registry.example/{name}:1"}]
    yield thing("Pod", name, spec={"schedulingGates": [{"name": "example.com/elsewhere"}], "containers": containers})
    endpoints = thing("EndpointSlice", name, "discovery.k8s.io/v1", addressType="IPv4")
    endpoints["metadata"]["labels"] = {"kubernetes.io/service-name": name}
    pod = {"kind": "Pod", "namespace": namespace, "name": name}
    endpoints["endpoints"] = [{"addresses": [parts.hostname], "targetRef": pod}]
    endpoints["ports"] = [{"name": "web", "port": parts.port}]
    yield endpoints


def _asked(control_plane: ControlPlane, path: str) -> bool:
    try:
        return bool(control_plane.kubectl("get", "--raw", path))
    except KubectlError:
        return False


@pytest.fixture
async def desk(monitored: Monitored) -> AsyncGenerator[Desk]:
    opened = await monitored.desk(monitored.control_plane.kubeconfig)
    yield opened
    await opened.aclose()


async def checks(monitored: Monitored, kubeconfig: Path) -> dict[str, Check]:
    opened = await monitored.desk(kubeconfig)
    try:
        settings = load_settings(kubeconfig=str(kubeconfig), home=monitored.folder, **monitored.settings)
        return {each.name: each for each in await monitoring_checks(settings, opened.api)}
    finally:
        await opened.aclose()


async def test_an_assessment_tells_the_alert_and_has_nothing_of_either_server_left_unchecked(
    monitored: Monitored, desk: Desk
) -> None:
    reply = await assess_incident(desk, desk.person, namespace=monitored.namespace, incident=None)
    told = json.loads(reply.model_dump_json())
    (root,) = [each for each in told["findings"] if each["cause"] == "selects-nothing"]
    assert root["alerts"][0]["text"].startswith(f"alert ApiDown (critical) on Service {monitored.namespace}/api since ")
    assert not [each for each in told["not_checked"] if "prometheus" in each.lower() or "alertmanager" in each.lower()]


async def test_doctor_tells_of_the_right_that_is_lacking_and_of_the_manifest_that_grants_it(
    monitored: Monitored,
) -> None:
    found = await checks(monitored, monitored.kubeconfig())
    assert {name: each.mark for name, each in found.items()} == {"prometheus": "bad", "alertmanager": "bad"}
    said = f"{READER} may not get services/proxy in namespace {monitored.beside}"
    assert all(each.text.startswith(said) for each in found.values())
    service_of = f"{monitored.beside}/prometheus:9090"
    assert found["prometheus"].next_step == (
        f"Grant get on services/proxy of {service_of}: deploy/monitoring.yaml does."
    )


async def test_the_manifest_grants_these_two_services_and_no_other(monitored: Monitored) -> None:
    kubeconfig = monitored.kubeconfig()
    for document in yaml.safe_load_all((ROOT / "deploy" / "monitoring.yaml").read_text(encoding="utf-8")):
        document["metadata"]["namespace"] = monitored.beside
        if document["kind"] == "RoleBinding":
            document["subjects"] = [_user()]
        monitored.control_plane.apply(document, monitored.beside)

    found = await checks(monitored, kubeconfig)
    assert {each.mark for each in found.values()} == {"ok"}, found
    assert "requests are counted by nginx_ingress_controller_requests" in found["prometheus"].text
    assert found["alertmanager"].text.endswith("; 1 alert")
    path = f"/api/v1/namespaces/{monitored.beside}/services/grafana:80/proxy/"
    with pytest.raises(KubectlError, match="orbidden"):
        monitored.control_plane.kubectl("get", "--raw", path, kubeconfig=kubeconfig)
