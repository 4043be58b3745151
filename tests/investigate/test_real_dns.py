"""The cluster's DNS on a real control plane: gone, it is the root of a program's trouble in another namespace."""

import json
import time
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime

import anyio
import pytest

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.cluster.observe import observe
from incident_mcp.investigate.find import find_chains
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.refs import Ref, Scope
from tests.controlplane.control_plane import ControlPlane
from tests.controlplane.podlogs import cri_line
from tests.investigate.planted.objects import PORTS, Json, deployment, thing

LABELS = {"k8s-app": "kube-dns"}
SAYS = "dial tcp: lookup payments on 10.96.0.10:53: read udp 10.2.0.4:4444->10.96.0.10:53: i/o timeout"
LONGEST = 40.0


def coredns(replicas: int) -> list[Json]:
    made = deployment("coredns", replicas=replicas, container=PORTS)
    made["metadata"]["labels"] = LABELS
    made["spec"]["selector"] = {"matchLabels": LABELS}
    made["spec"]["template"]["metadata"]["labels"] = LABELS
    spec = {"selector": LABELS, "ports": [{"name": "dns", "port": 53, "protocol": "UDP", "targetPort": 53}]}
    dns = thing("Service", "kube-dns", spec=spec)
    dns["metadata"]["labels"] = LABELS
    return [made, dns]


@pytest.fixture
def dns(control_plane: ControlPlane) -> Iterator[None]:
    """Scaled to 0; taken away again, so that other tests see a cluster without one."""
    control_plane.require("controllers", "faults", "processes")
    control_plane.apply(coredns(0), "kube-system")
    yield
    control_plane.kubectl("delete", "-n", "kube-system", "deployment/coredns", "service/kube-dns", "--wait=true")


@pytest.fixture
async def api(control_plane: ControlPlane) -> AsyncGenerator[Api]:
    client = await connect(ConnectOptions(kubeconfig=str(control_plane.kubeconfig)), environment={})
    yield client
    await client.aclose()


def let_say(control_plane: ControlPlane, namespace: str, line: str) -> None:
    """The log of the one pod that is there."""
    (pod,) = control_plane.wait("a pod", lambda: control_plane.get("pods", "-n", namespace)["items"])
    file = control_plane.folder / f"{namespace}.log"
    file.write_text("".join(cri_line(datetime.now(UTC), line) for _ in range(5)))
    log = thing("Logs", pod["metadata"]["name"], "kwok.x-k8s.io/v1alpha1", spec={"logs": [{"logsFile": str(file)}]})
    control_plane.apply(log, namespace)


def told(chains: list[Chain]) -> list[tuple[str, str]]:
    return [(each.cause, str(each.target)) for chain in chains for each in (chain.root, *chain.breaks)]


@pytest.mark.parametrize("scope", ["namespace", "workload"])
async def test_a_dns_that_is_scaled_away_is_the_root_of_what_can_resolve_no_name(
    control_plane: ControlPlane, namespace: str, api: Api, dns: None, scope: str
) -> None:
    program = Ref(kind="Deployment", namespace=namespace, name="api")
    control_plane.apply(deployment("api", container={"image": "registry.example/shop/api:1-unready"}), namespace)
    let_say(control_plane, namespace, SAYS)
    wanted = [
        ("scaled-to-zero", "Deployment kube-system/coredns"),
        ("dns-down", "Service kube-system/kube-dns"),
        ("dependency-down", str(program)),
    ]
    where = Scope(namespace=namespace, workload=program if scope == "workload" else None)
    until, chains = time.monotonic() + LONGEST, list[Chain]()
    while time.monotonic() < until and told(chains)[:3] != wanted:
        await anyio.sleep(0.5)
        chains = find_chains(await observe(api, where, clock=system_clock))
    assert told(chains)[:3] == wanted, json.dumps([each.root.summary for each in chains])
    assert len(chains) == 1
