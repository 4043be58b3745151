"""Faults on a real control plane, each in a namespace with a healthy neighbour: its own words are what we must know."""

import time
from collections.abc import AsyncGenerator

import anyio
import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.refs import Scope
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.real_faults import CPU, FAULTS, PORTS, RealFault, deployment, ingress, service, webhook

LONGEST = 60.0
NEIGHBOUR = (
    deployment("web", replicas=2, container={**PORTS, **CPU}),
    service("web", "http"),
    ingress("web", "web", "http"),
)


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig)), environment={})
    yield client
    await client.aclose()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
async def test_the_root_is_found_first_and_alone(
    control_plane: ControlPlane, namespace: str, api: Api, fault: RealFault
) -> None:
    control_plane.require("controllers", "faults")
    control_plane.apply([*NEIGHBOUR, *fault.objects], namespace)
    until, chains = time.monotonic() + LONGEST, list[Chain]()
    while time.monotonic() < until and not _is_it(chains, fault):
        await anyio.sleep(0.5)  # controllers take their time; what they say at last is what counts
        seen = await observe(api, Scope(namespace=namespace), clock=system_clock)
        chains = find_chains(seen)
    assert _is_it(chains, fault), [(each.root.code, str(each.root.target), each.root.summary) for each in chains]


def _is_it(chains: list[Chain], fault: RealFault) -> bool:
    roots = [(each.root.cause, f"{each.root.target.kind} {each.root.target.name}") for each in chains]
    return roots == [(fault.cause, fault.target)]


async def test_a_healthy_neighbour_gives_nothing(control_plane: ControlPlane, namespace: str, api: Api) -> None:
    control_plane.require("controllers", "faults")
    control_plane.apply([*NEIGHBOUR], namespace)
    control_plane.wait("it is ready", lambda: _ready(control_plane, namespace))
    for scope in (Scope(namespace=namespace), Scope()):
        seen = await observe(api, scope, clock=system_clock)
        assert [each for each in find_chains(seen) if each.root.target.namespace == namespace] == []
        assert "Service" in {each.ref.kind for each in seen.services if each.ref.namespace == namespace}


def _ready(control_plane: ControlPlane, namespace: str) -> bool:
    return control_plane.get("deployment", "web", "-n", namespace)["status"].get("readyReplicas") == 2


async def test_a_webhook_whose_pods_are_scaled_away_is_the_root_of_what_it_refuses(
    control_plane: ControlPlane, namespace: str, api: Api
) -> None:
    control_plane.require("controllers", "faults")
    control_plane.apply(
        [deployment("policy", replicas=0, container=PORTS), service("policy", 8080, port=443)], namespace
    )
    control_plane.apply(webhook(namespace))
    try:
        control_plane.apply(deployment("api"), namespace)
        until, chains = time.monotonic() + LONGEST, list[Chain]()
        while time.monotonic() < until and not (chains and len(chains[0].breaks) == 3):
            await anyio.sleep(0.5)
            chains = find_chains(await observe(api, Scope(namespace=namespace), clock=system_clock))
    finally:
        control_plane.kubectl("delete", "validatingwebhookconfiguration", namespace)
    (chain,) = chains
    told = [(each.cause, each.target.name) for each in (chain.root, *chain.breaks)]
    assert told == [
        ("scaled-to-zero", "policy"),
        ("no-endpoints", "policy"),
        ("webhook-down", namespace),
        ("pods-not-created", "api"),
    ]
