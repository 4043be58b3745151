"""Certificates and Gateways on a real control plane: each fault beside a healthy neighbour, some as twins that look
alike from outside.
"""

import json
import time
from collections.abc import AsyncGenerator, Iterator

import anyio
import pytest

from incident_mcp.assess.assess import assess
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Scope
from tests.controlplane.control_plane import ControlPlane
from tests.investigate.planted.objects import Json, thing
from tests.investigate.real_routes import BESIDE, CRDS, FAULTS, GATEWAY_CLASS, HEALTHY, RouteFault

LONGEST = 30.0


@pytest.fixture(scope="module", autouse=True)
def served(control_plane: ControlPlane) -> Iterator[None]:
    """The kinds are gone again afterwards: other tests see a cluster that does not have them."""
    control_plane.require("controllers", "faults", "users")
    control_plane.apply([*CRDS])
    names = [each["metadata"]["name"] for each in CRDS]
    control_plane.kubectl("wait", "--for=condition=Established", "--timeout=30s", *(f"crd/{name}" for name in names))
    put(control_plane, [GATEWAY_CLASS], "default")
    yield
    control_plane.kubectl("delete", "crd", "--ignore-not-found", *names)


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig)), environment={})
    yield client
    await client.aclose()


@pytest.fixture
def other(control_plane: ControlPlane, namespace: str) -> Iterator[str]:
    """The namespace beside."""
    name = control_plane.create_namespace(f"{namespace}{BESIDE}")
    yield name
    control_plane.kubectl("delete", "namespace", name, "--wait=false")


def put(control_plane: ControlPlane, objects: list[Json], namespace: str) -> None:
    """Apply, and write the status that a controller would write."""
    control_plane.apply(objects, namespace)
    for each in objects:
        if "status" in each:
            target = f"{each['kind'].lower()}.{each['apiVersion'].partition('/')[0]}/{each['metadata']['name']}"
            patch = json.dumps({"status": each["status"]})
            control_plane.kubectl("patch", target, "-n", namespace, "--subresource=status", "--type=merge", "-p", patch)


def placed(objects: tuple[Json, ...], namespace: str) -> list[Json]:
    """With the names of the two namespaces filled in where an object names one."""
    names = {BESIDE: f"{namespace}{BESIDE}", "": namespace}

    def fill(thing: Json) -> Json:
        return (
            {**thing, "namespace": names.get(thing["namespace"], thing["namespace"])} if "namespace" in thing else thing
        )

    return json.loads(json.dumps(objects), object_hook=fill)


async def plant(control_plane: ControlPlane, namespace: str, other: str, fault: RouteFault) -> None:
    def work() -> None:
        put(control_plane, placed((*HEALTHY, *fault.objects), namespace), namespace)
        if fault.beside:
            put(control_plane, placed(fault.beside, namespace), other)

    await anyio.to_thread.run_sync(work)


async def looked(api: Api, namespace: str, fault: RouteFault) -> tuple[list[Chain], Observation]:
    """As soon as the pods are up and the controllers have spoken, or the time is over."""
    until = time.monotonic() + LONGEST
    while True:
        seen = await observe(api, Scope(namespace=namespace), clock=system_clock)
        chains = find_chains(seen)
        if time.monotonic() > until or told(chains) == [(fault.cause, fault.target, fault.breaks)]:
            return chains, seen
        await anyio.sleep(0.5)


def told(chains: list[Chain]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (
            chain.root.cause,
            f"{chain.root.target.kind} {chain.root.target.name}",
            tuple(f"{each.target.kind} {each.target.name}" for each in chain.breaks),
        )
        for chain in chains
    ]


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
async def test_the_root_is_found_first_and_alone(
    control_plane: ControlPlane, namespace: str, other: str, api: Api, fault: RouteFault
) -> None:
    await plant(control_plane, namespace, other, fault)
    chains, seen = await looked(api, namespace, fault)
    assert told(chains) == [(fault.cause, fault.target, fault.breaks)], [each.root.summary for each in chains]
    assert not [each for each in seen.not_checked if "Gateway" in each.what or "cert" in each.what]


async def test_hurt_hosts_and_gateways_are_part_of_the_impact(
    control_plane: ControlPlane, namespace: str, other: str, api: Api
) -> None:
    fault = FAULTS["service behind a route without endpoints"]
    await plant(control_plane, namespace, other, fault)
    _, seen = await looked(api, namespace, fault)
    found = assess(seen)
    assert [each.url for each in found.impact.routes] == ["api.example.com"]
    assert [each.name for each in found.impact.gateways] == ["public"]
    assert found.impact.users
    assert found.rows[0].breaks == (
        f"Service {namespace}/api has no endpoints -> HTTPRoute api.example.com answers 503"
    )


async def test_the_cluster_as_a_whole_is_read_with_the_same_result(
    control_plane: ControlPlane, namespace: str, other: str, api: Api
) -> None:
    fault = FAULTS["reference not granted"]
    await plant(control_plane, namespace, other, fault)
    await looked(api, namespace, fault)
    seen = await observe(api, Scope(), clock=system_clock)
    chains = [chain for chain in find_chains(seen) if chain.root.target.namespace in (namespace, other)]
    assert told(chains) == [(fault.cause, fault.target, fault.breaks)]


async def test_without_the_right_to_secrets_certificates_are_not_checked_and_nobody_is_accused(
    control_plane: ControlPlane, namespace: str, other: str, api: Api
) -> None:
    fault = FAULTS["certificate expired"]
    await plant(control_plane, namespace, other, fault)
    await looked(api, namespace, fault)
    control_plane.let_view(namespace)
    viewer = await connect(ConnectOptions(kubeconfig=str(control_plane.viewer_kubeconfig)), environment={})
    try:
        seen = await observe(viewer, Scope(namespace=namespace), clock=system_clock)
    finally:
        await viewer.aclose()
    assert find_chains(seen) == []
    assert f"Secrets in {namespace} (Forbidden: get secrets)" in [str(each) for each in seen.not_checked]


async def test_turned_off_no_secret_is_asked_for_but_as_metadata(
    control_plane: ControlPlane, namespace: str, other: str, api: Api
) -> None:
    fault = FAULTS["certificate expired"]
    await plant(control_plane, namespace, other, fault)
    await looked(api, namespace, fault)
    seen = await observe(api, Scope(namespace=namespace), clock=system_clock, certificates=False)
    assert seen.certificates == ()
    assert "certificates (turned off in the settings)" in [str(each) for each in seen.not_checked]
    assert {each.ref.name for each in seen.configs if each.exists} == {"api-tls", "web-tls"}


def webhook(namespace: str) -> Json:
    """Called for every new pod of this one namespace; Service `policy` there should answer."""
    hook = {
        "name": "pods.policy.example",
        "clientConfig": {"service": {"namespace": namespace, "name": "policy"}},
        "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 2,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    return thing("ValidatingWebhookConfiguration", namespace, "admissionregistration.k8s.io/v1", webhooks=[hook])


async def test_a_webhook_whose_service_is_gone_is_told_before_it_has_refused_anything(
    control_plane: ControlPlane, namespace: str, api: Api
) -> None:
    control_plane.apply(webhook(namespace))
    try:
        chains = find_chains(await observe(api, Scope(), clock=system_clock))
    finally:
        control_plane.kubectl("delete", "validatingwebhookconfiguration", namespace)
    (found,) = [chain.root for chain in chains if chain.root.target.name == namespace]
    assert found.cause == "webhook-down"
    assert found.summary.endswith(f"pods can't be made or changed: Service {namespace}/policy does not exist")
