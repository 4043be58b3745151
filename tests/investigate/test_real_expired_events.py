"""An API server forgets events after an hour. What is then left of an incident is told, that the events are gone is
told as well, and nothing is made up in their place.
"""

from datetime import timedelta
from pathlib import Path

import pytest

from incident_mcp.settings import load_settings
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.wiring import open_desk
from incident_mcp.workflow.assessment import AssessmentReply, assess_incident
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.kubelet import Kubelet, crash, probe_fails, pull_fails, unready
from tests.investigate.planted.objects import deployment, served

LATER = timedelta(minutes=70)
NONE_LEFT = "events (none is left about what is not well)"
SCRIPTS = {
    "api": crash("starting up\nworking"),
    "images": pull_fails("rpc error: code = NotFound desc = failed to resolve reference: not found"),
    "slow": unready("working", probe_fails("Readiness", "HTTP probe failed with statuscode: 503")),
}


@pytest.fixture
def forgotten(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> str:
    """A namespace in which three workloads fail beside one that is well, and of which no event is left."""
    control_plane.require("controllers", "faults", "users")
    kubelet = Kubelet(control_plane.api, tmp_path / "logs").start()
    try:
        for name, script in SCRIPTS.items():
            control_plane.apply([*served(deployment(name, script.name, replicas=2))], namespace)
        control_plane.apply([*served(deployment("web", replicas=2))], namespace)
        control_plane.wait("all pods have a status", lambda: _told(control_plane, namespace), 60)
    finally:
        kubelet.stop()
    control_plane.kubectl("delete", "events", "--all", "-n", namespace)
    return namespace


def _told(control_plane: ControlPlane, namespace: str) -> bool:
    pods = control_plane.get("pods", "-n", namespace)["items"]
    told = [each["status"].get("containerStatuses") for each in pods]
    ready = [each["metadata"]["name"] for each, status in zip(pods, told, strict=True) if status and status[0]["ready"]]
    return len(pods) == 2 * len(SCRIPTS) + 2 and all(told) and [name[:4] for name in ready] == ["web-", "web-"]


async def assessed(control_plane: ControlPlane, namespace: str, folder: Path) -> AssessmentReply:
    """As it looks an hour later."""
    settings = load_settings(kubeconfig=str(control_plane.kubeconfig), home=folder)
    desk = await open_desk(settings, {}, lambda: system_clock() + LATER)
    try:
        return await assess_incident(desk, desk.person, namespace=namespace, incident=None)
    finally:
        await desk.aclose()


async def test_the_answer_comes_says_that_no_event_is_left_and_invents_nothing(
    control_plane: ControlPlane, forgotten: str, tmp_path: Path
) -> None:
    reply = await assessed(control_plane, forgotten, tmp_path / "state")
    assert NONE_LEFT in reply.not_checked
    roots = {each.target.name: each for each in reply.findings}
    assert {name: each.cause for name, each in roots.items()} == {
        "api": "crash-loop",
        "images": "image-not-found",
        "slow": "readiness-failing",
    }
    told = reply.model_dump_json()
    assert "statuscode" not in told, "what only an event said"
    weighed = [each.weighed for each in reply.findings if each.weighed]
    assert weighed
    assert {(each.verdict, each.rivals) for each in weighed} == {("no cause found", ())}
    assert all("events about its pods: none is left" in each.missing for each in weighed)
    assert not any("event" in line for each in reply.findings for line in each.evidence)


async def test_while_events_are_there_nothing_is_said_to_be_missing(
    control_plane: ControlPlane, forgotten: str, tmp_path: Path
) -> None:
    """A new event about one of the pods is enough: what matters is whether they can tell anything."""
    (pod, *_) = [
        each
        for each in control_plane.get("pods", "-n", forgotten)["items"]
        if each["metadata"]["name"].startswith("slow-")
    ]
    about = {"kind": "Pod", "namespace": forgotten, "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
    event = {
        "metadata": {"name": "slow.1", "namespace": forgotten},
        "involvedObject": about,
        "type": "Warning",
        "reason": "Unhealthy",
        "message": "Readiness probe failed: HTTP probe failed with statuscode: 503",
        "source": {"component": "kubelet"},
        "count": 4,
    }
    control_plane.api.create(f"/api/v1/namespaces/{forgotten}/events", event)
    reply = await assessed(control_plane, forgotten, tmp_path / "state")
    assert NONE_LEFT not in reply.not_checked
    (slow,) = [each for each in reply.findings if each.target.name == "slow"]
    assert "its readiness probe fails" in slow.summary
