"""verify_fix asks a real Service through the API server, as the readiness probe does, and believes what it answers."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.verdict import Check, Verdict
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.verification import VerdictReply, verify_fix
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import deployment, service
from tests.metrics.test_through_the_api_server import address_of_machine


@contextmanager
def answering(address: str, status: int) -> Generator[tuple[int, list[str]]]:
    """A program that answers everything alike; the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            return

    server = ThreadingHTTPServer((address, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port, asked
    finally:
        server.shutdown()
        thread.join()


async def verified(control_plane: ControlPlane, kubeconfig: Path, namespace: str, home: Path) -> VerdictReply:
    desk = await open_desk(load_settings(kubeconfig=str(kubeconfig), home=home), {})
    try:
        return await verify_fix(
            desk, desk.person, kind="Deployment", namespace=namespace, name="api", soak_seconds=0.1, incident=None
        )
    finally:
        await desk.aclose()


def plant(control_plane: ControlPlane, namespace: str, address: str, port: int) -> None:
    probe = {"httpGet": {"path": "/healthz", "port": port}}
    container = {"ports": [{"containerPort": port}], "readinessProbe": probe}
    control_plane.apply([deployment("api", container=container), service("api", port, port=80)], namespace)
    control_plane.kubectl("-n", namespace, "rollout", "status", "deployment/api", "--timeout=30s")
    (pod,) = control_plane.get("pods", "-n", namespace, "-l", "app=api")["items"]
    status = {"status": {"podIP": address, "podIPs": [{"ip": address}]}}
    control_plane.kubectl(
        "patch", "pod", pod["metadata"]["name"], "-n", namespace, "--subresource=status", "--type=merge", "-p",
        json.dumps(status),
    )  # fmt: skip

    def led_there() -> bool:
        slices = control_plane.get("endpointslices", "-n", namespace, "-l", "kubernetes.io/service-name=api")
        return address in json.dumps(slices)

    control_plane.wait("the Service leads there", led_there)


def inside(reply: VerdictReply) -> list[Check]:
    return [check for check in reply.checks if check.what == "answers"]


async def test_a_service_that_answers_is_green_and_one_that_fails_is_not(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("controllers")
    address = address_of_machine()
    for status, verdict in ((200, Verdict.RECOVERED), (503, Verdict.NOT_RECOVERED)):
        with answering(address, status) as (port, asked):
            plant(control_plane, namespace, address, port)
            reply = await verified(control_plane, control_plane.kubeconfig, namespace, tmp_path / str(status))
        (check,) = inside(reply)
        assert check.verdict is verdict
        assert check.seen.startswith(f"GET /healthz of Service {namespace}/api:80: {status} in ")
        assert asked == ["/healthz"]
        assert reply.verdict is verdict
        assert [line for line in reply.pods if address in line]
        control_plane.kubectl("-n", namespace, "delete", "deployment,service", "api", "--wait=true")


async def test_who_may_not_ask_is_told_that_it_was_not_checked(
    control_plane: ControlPlane, namespace: str, tmp_path: Path
) -> None:
    control_plane.require("controllers", "users")
    control_plane.apply([deployment("api", container=WELL), service("api", 8080, port=80)], namespace)
    control_plane.kubectl("-n", namespace, "rollout", "status", "deployment/api", "--timeout=30s")
    control_plane.kubectl("create", "rolebinding", "v", "-n", namespace, "--clusterrole=view", "--user=verifier")
    reply = await verified(control_plane, control_plane.user_kubeconfig("verifier"), namespace, tmp_path)
    assert inside(reply) == []
    (told,) = [line for line in reply.not_checked if line.startswith("an answer from inside")]
    assert "services/proxy" in told or "may not" in told or "forbidden" in told.lower()
    assert reply.verdict is Verdict.RECOVERED


WELL = {"ports": [{"containerPort": 8080}], "readinessProbe": {"httpGet": {"path": "/", "port": 8080}}}
