"""A namespace in the middle of its deletion, on a real control plane: an Ingress outlives its Service for a while."""

from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta

import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_mcp.vocabulary.finding import Finding
from incident_mcp.vocabulary.refs import Scope
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import ingress, service

FREE = '{"metadata": {"finalizers": null}}'


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig)), environment={})
    yield client
    await client.aclose()


@pytest.fixture
def leaving(control_plane: ControlPlane, namespace: str) -> Iterator[str]:
    """A namespace whose Ingress is held by a finalizer: its Service is gone already."""
    control_plane.require("controllers", "users")
    name = control_plane.create_namespace(f"{namespace}-leaving")
    held = ingress("web")
    held["metadata"]["finalizers"] = ["example.com/waits"]
    control_plane.apply([held, service("web")], name)
    control_plane.kubectl("delete", "namespace", name, "--wait=false")
    control_plane.wait("its Service is gone", lambda: not control_plane.get("services", "-n", name)["items"])

    def told() -> bool:
        conditions = control_plane.get("namespace", name)["status"].get("conditions", [])
        return ("NamespaceFinalizersRemaining", "True") in [(each["type"], each["status"]) for each in conditions]

    control_plane.wait("the controller tells what it waits for", told, 60)
    yield name
    control_plane.kubectl("patch", "ingress", "web", "-n", name, "--type=merge", "-p", FREE)


@pytest.fixture
def held(control_plane: ControlPlane, namespace: str) -> Iterator[str]:
    """A Service that was deleted and that a finalizer holds, in a namespace that stays."""
    kept = service("api", selector={"app": "api"})
    kept["metadata"]["finalizers"] = ["example.com/waits"]
    control_plane.apply(kept, namespace)
    control_plane.kubectl("delete", "service", "api", "-n", namespace, "--wait=false")
    yield namespace
    control_plane.kubectl("patch", "service", "api", "-n", namespace, "--type=merge", "-p", FREE)


def later() -> Clock:
    return lambda: system_clock() + timedelta(minutes=5)


async def told(api: Api, name: str, scope: Scope, clock: Clock = system_clock) -> list[Finding]:
    found = find(await observe(api, scope, clock=clock))
    return [each for each in found if name in (each.target.namespace, each.target.name)]


async def test_nothing_in_a_namespace_that_is_being_deleted_is_accused(api: Api, leaving: str) -> None:
    assert await told(api, leaving, Scope()) == []


async def test_whoever_asks_about_it_is_told_that_it_is_going(api: Api, leaving: str) -> None:
    (only,) = await told(api, leaving, Scope(namespace=leaving))
    assert (only.cause, only.severity, str(only.target)) == ("namespace-terminating", "notice", f"Namespace {leaving}")
    assert only.summary.endswith("UTC: nothing in it is judged")


@pytest.mark.parametrize("whole", [True, False])
async def test_one_that_does_not_get_done_is_told_alone(api: Api, leaving: str, whole: bool) -> None:
    (only,) = await told(api, leaving, Scope(namespace=None if whole else leaving), later())
    assert (only.cause, only.severity) == ("namespace-terminating", "warning")
    assert only.summary == "it can't be deleted: it waits for finalizers of what is left in it"


async def test_a_service_that_a_finalizer_holds_is_told_after_a_while_and_not_at_once(api: Api, held: str) -> None:
    assert [each.cause for each in await told(api, held, Scope(namespace=held))] == []
    (only,) = await told(api, held, Scope(namespace=held), later())
    assert (only.cause, str(only.target)) == ("stuck-terminating", f"Service {held}/api")
    assert only.summary.endswith("UTC: finalizer example.com/waits holds it")
