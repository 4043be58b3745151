"""Which servers are trusted, and how that differs from Python's own strictness: not from kubectl's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.cluster.tls import trust
from incident_mcp.vocabulary.errors import CredentialsError, Unreachable
from tests.cluster.connection.harness import b64, connected, kubectl, needs_kubectl
from tests.cluster.connection.pki import Issued, Pki
from tests.cluster.connection.recorder import Recorder, recording

pytestmark = pytest.mark.anyio

Write = Callable[..., Path]
Settings = Callable[[Pki], dict[str, Any]]


def authority(name: str, **more: Any) -> Settings:
    return lambda pki: {"certificate-authority-data": b64(getattr(pki, name).pem), **more}


CASES: dict[str, tuple[str, Settings, bool]] = {
    "the right authority": ("server", authority("ca"), True),
    "an intermediate certificate as the anchor": ("behind_intermediate", authority("intermediate"), True),
    "another authority": ("server", authority("other_ca"), False),
    "the system's authorities": ("server", lambda pki: {}, False),
    "no check": ("server", lambda pki: {"insecure-skip-tls-verify": True}, True),
    "a name that the certificate has not": ("named_only", authority("ca"), False),
    "tls-server-name": ("named_only", authority("ca", **{"tls-server-name": "kube.internal"}), True),
    "a wrong tls-server-name": ("server", authority("ca", **{"tls-server-name": "kube.example"}), False),
}


@pytest.mark.parametrize(("issued", "settings", "trusted"), CASES.values(), ids=CASES.keys())
async def test_a_server_is_trusted(
    issued: str, settings: Settings, trusted: bool, pki: Pki, write_kubeconfig: Write
) -> None:
    async with recording(issued=getattr(pki, issued)) as server:
        assert await _reached(_config(server, settings(pki), write_kubeconfig)) == trusted
        assert bool(server.seen) == trusted


@needs_kubectl
@pytest.mark.parametrize(("issued", "settings", "trusted"), CASES.values(), ids=CASES.keys())
async def test_kubectl_trusts_the_same_servers(
    issued: str, settings: Settings, trusted: bool, pki: Pki, write_kubeconfig: Write
) -> None:
    async with recording(issued=getattr(pki, issued)) as server:
        await kubectl("--kubeconfig", str(_config(server, settings(pki), write_kubeconfig)), "get", "--raw", "/version")
        assert bool(server.seen) == trusted


async def test_a_server_that_is_not_checked_is_flagged(pki: Pki, write_kubeconfig: Write) -> None:
    path = write_kubeconfig({"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": True}, {"token": "t"})
    async with connected(path) as api:
        assert (api.insecure, api.cluster.ca) == (True, None)


def test_the_fingerprint_is_the_authoritys_and_not_its_files(pki: Pki) -> None:
    plain = trust(pki.ca.pem, skip=False, origin="c").fingerprint
    commented = b"# our CA\r\n" + pki.ca.pem.replace(b"\n", b"\r\n") + pki.ca.key_pem
    assert trust(commented, skip=False, origin="c").fingerprint == plain
    assert trust(pki.other_ca.pem, skip=False, origin="c").fingerprint != plain
    both = trust(pki.ca.pem + pki.other_ca.pem, skip=False, origin="c").fingerprint
    assert both == trust(pki.other_ca.pem + pki.ca.pem, skip=False, origin="c").fingerprint != plain


@pytest.mark.parametrize("key", ["encrypted_key_pem", "pem"])
async def test_a_client_key_that_can_not_be_used_is_an_error_and_no_question_on_the_terminal(
    key: str, pki: Pki, write_kubeconfig: Write
) -> None:
    user = {"client-certificate-data": b64(pki.alice.pem), "client-key-data": b64(getattr(pki.alice, key))}
    async with recording(issued=pki.server, clients=pki.ca) as server:
        path = write_kubeconfig({"server": server.url, "certificate-authority-data": b64(pki.ca.pem)}, user)
        async with connected(path) as api:
            with pytest.raises(CredentialsError, match="client certificate of user 'admin' can't be used"):
                await api.get("/version")
        assert not server.connections


async def test_a_key_of_somebody_else(pki: Pki, write_kubeconfig: Write) -> None:
    mixed = Issued(pki.alice.certificate, pki.bob.key)
    user = {"client-certificate-data": b64(mixed.pem), "client-key-data": b64(mixed.key_pem)}
    path = write_kubeconfig({"server": "https://127.0.0.1:1"}, user)
    async with connected(path) as api:
        with pytest.raises(CredentialsError, match="can't be used"):
            await api.get("/version")


async def _reached(path: Path) -> bool:
    async with connected(path) as api:
        try:
            await api.get("/version")
        except Unreachable as error:
            return error.sent or "certificate" not in error.happened
        return True


def _config(server: Recorder, settings: dict[str, Any], write_kubeconfig: Write) -> Path:
    return write_kubeconfig({"server": server.url, **settings}, {"token": "t"})
