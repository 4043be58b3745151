"""One server for the life of the process, whatever the kubeconfig says later; and the pod's own service account."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.vocabulary.errors import SettingsError
from tests.cluster.connection.harness import ENVIRONMENT, api_of, cluster_of, connected
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import recording

pytestmark = pytest.mark.anyio


async def test_a_kubeconfig_that_changes_later_changes_nothing(pki: Pki, write_kubeconfig: Callable[..., Path]) -> None:
    async with recording(issued=pki.server) as one, recording(issued=pki.server) as two:
        path = write_kubeconfig(cluster_of(one, pki), {"token": "t"})
        async with connected(path) as api:
            write_kubeconfig(cluster_of(two, pki), {"token": "other"}, context="other")
            await api.get("/version")
            assert (api.cluster.name, api.cluster.server) == ("prod", one.url)
    assert (len(one.seen), len(two.seen)) == (1, 0)


async def test_two_files_with_different_current_contexts_lead_where_kubectl_goes(
    pki: Pki, write_kubeconfig: Callable[..., Path]
) -> None:
    async with recording(issued=pki.server) as one:
        first = write_kubeconfig(cluster_of(one, pki), {"token": "t"}, name="first", context="first")
        second = write_kubeconfig({"server": "https://other"}, {"token": "u"}, name="second", context="second")
        async with connected(environment={"KUBECONFIG": f"{first}:{second}"}) as api:
            assert (api.cluster.name, api.cluster.server) == ("first", one.url)
        async with connected(f"{second}:{first}") as api:
            assert (api.cluster.name, api.cluster.server) == ("second", "https://other")


async def test_a_path_before_the_api_is_kept(pki: Pki, write_kubeconfig: Callable[..., Path]) -> None:
    async with recording(issued=pki.server) as server:
        cluster = {**cluster_of(server, pki), "server": f"{server.url}/k8s/clusters/c-1/"}
        async with connected(write_kubeconfig(cluster, {"token": "t"})) as api:
            await api.get("/version")
    assert server.seen[0].target == "/k8s/clusters/c-1/version"


async def test_kubectl_proxy_needs_no_credentials(write_kubeconfig: Callable[..., Path]) -> None:
    async with recording() as server, connected(write_kubeconfig({"server": server.url}, {})) as api:
        await api.get("/version")
        assert api.user == "admin"
    assert not server.seen[0].one("authorization")


async def test_a_pod_uses_its_service_account(pki: Pki, tmp_path: Path) -> None:
    for name, content in (("token", b"pod-1\n"), ("ca.crt", pki.ca.pem), ("namespace", b"ops\n")):
        (tmp_path / name).write_bytes(content)
    async with recording(issued=pki.server) as server:
        environment = {
            **ENVIRONMENT,
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(server.port),
        }
        api = await connect(ConnectOptions(), environment=environment, service_account=tmp_path)
        await api.get("/version")
        (tmp_path / "token").write_text("pod-2\n")
        await api.get("/version")
        await api.aclose()
        assert (api.cluster.name, api.default_namespace, api.cluster.server) == ("in-cluster", "ops", server.url)
    assert [seen.one("authorization") for seen in server.seen] == ["Bearer pod-1", "Bearer pod-2"]
    # Whoever asks for a context did not mean the pod's own cluster.
    with pytest.raises(SettingsError, match="is not there"):
        await connect(ConnectOptions(context="prod"), environment=environment, service_account=tmp_path)


async def test_a_pods_ipv6_address_becomes_a_url(pki: Pki, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    (tmp_path / "ca.crt").write_bytes(pki.ca.pem)
    environment = {**ENVIRONMENT, "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    api = await connect(ConnectOptions(namespace="x"), environment=environment, service_account=tmp_path)
    assert (api.cluster.server, api.default_namespace) == ("https://[fd00::1]:443", "x")


async def test_a_pod_without_its_authority_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")
    environment = {**ENVIRONMENT, "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    with pytest.raises(SettingsError, match=r"ca\.crt can't be read"):
        await connect(ConnectOptions(), environment=environment, service_account=tmp_path)


async def test_many_calls_share_the_pool(pki: Pki, tmp_path: Path) -> None:
    import anyio

    async with api_of(pki, tmp_path) as (api, server):
        async with anyio.create_task_group() as tasks:
            for _ in range(200):
                tasks.start_soon(api.get, "/version")
        assert len(server.seen) == 200
        assert server.connections <= 64


def test_knowing_how_to_connect_costs_no_start_up_time() -> None:
    code = (
        "import sys, incident_mcp.cluster.connection, incident_mcp.cluster.watching; "
        "print([m for m in ('yaml', 'httpx2', 'httpcore2', 'kubernetes', 'difflib', 'tempfile') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
