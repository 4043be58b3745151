"""A program that fails for a Service of another namespace: asked about the one, the other is followed no further."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.kubelet import Kubelet, crash, waiting
from tests.investigate.planted.objects import deployment, service

REFUSED = "Error: connect ECONNREFUSED idp.{there}.svc.cluster.local:80"
NO_CONFIG = waiting("CreateContainerConfigError", 'configmap "idp-settings" not found')
SETTINGS = {"envFrom": [{"configMapRef": {"name": "idp-settings"}}]}


@pytest.fixture
def two(control_plane: ControlPlane, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The caller's namespace and the other, in which something else is broken too."""
    control_plane.require("controllers", "faults")
    kubelet = Kubelet(control_plane.api, tmp_path).start()
    try:
        with control_plane.new_namespace() as here, control_plane.new_namespace() as there:
            idp = deployment("idp", NO_CONFIG.name, container=SETTINGS)
            other = deployment("other", crash("panic: out of luck").name)
            control_plane.apply([idp, service("idp"), other, service("other")], there)
            caller = deployment("portal", crash(REFUSED.format(there=there)).name)
            control_plane.apply([caller, service("portal")], here)
            for namespace in (here, there):
                control_plane.wait(
                    f"the pods of {namespace} are refused",
                    lambda at=namespace: "waiting" in control_plane.kubectl("get", "pods", "-n", at, "-o", "yaml"),
                )
            yield here, there
    finally:
        kubelet.stop()


async def look(kubeconfig: Path, namespace: str) -> Observation:
    client = await connect(ConnectOptions(kubeconfig=str(kubeconfig)), environment={})
    try:
        return await observe(client, Scope(namespace=namespace), clock=system_clock)
    finally:
        await client.aclose()


async def test_the_cause_in_another_namespace_is_the_root_and_nothing_else_of_it_is_told(
    control_plane: ControlPlane, two: tuple[str, str]
) -> None:
    here, there = two
    seen = await look(control_plane.kubeconfig, here)
    (chain,) = find_chains(seen)
    assert chain.root.cause == "missing-config"
    assert chain.root.target == Ref(kind="ConfigMap", namespace=there, name="idp-settings")
    assert Ref(kind="Deployment", namespace=here, name="portal") in {each.target for each in chain.breaks}
    assert "other" not in {each.target.name for each in chain.breaks}
    assert (seen.totals.workloads, seen.totals.unwell_workloads) == (1, 1), "of the namespace that was asked about"


async def test_whoever_may_not_look_there_is_told_that_it_was_not_checked(
    control_plane: ControlPlane, two: tuple[str, str]
) -> None:
    here, there = two
    control_plane.let_view(here)
    seen = await look(control_plane.viewer_kubeconfig, here)
    assert f"services in {there} (Forbidden: get services)" in {str(each) for each in seen.not_checked}
    assert find_chains(seen)[0].root.summary == f"connection refused to idp.{there}.svc.cluster.local:80"
