"""Who the API server sees: for each way a kubeconfig can say it, the same identity as kubectl's."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incident_mcp.vocabulary.errors import CredentialsError
from tests.cluster.connection.harness import b64, cluster_of, connected, kubectl, needs_kubectl
from tests.cluster.connection.pki import Pki
from tests.cluster.connection.recorder import Recorder, Reply, Seen, recording

pytestmark = pytest.mark.anyio

Write = Callable[..., Path]

EXEC = {"apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Never"}

USERS: dict[str, Any] = {
    "token": {"token": "t0ken"},
    "token file with a newline": {"tokenFile": "token"},
    "token file beside a token": {"token": "inline", "tokenFile": "token"},
    "unreadable token file beside a token": {"token": "inline", "tokenFile": "not-there"},
    "password": {"username": "ada", "password": "pä:ss"},
    "client certificate in files": {"client-certificate": "alice.crt", "client-key": "alice.key"},
    "client certificate inline": {"client-certificate-data": "alice.crt", "client-key-data": "alice.key"},
    "client certificate and token": {
        "client-certificate": "alice.crt",
        "client-key": "alice.key",
        "token": "t0ken",
    },
    "impersonation": {
        "token": "t0ken",
        "as": "jane",
        "as-uid": "1234",
        "as-groups": ["dev", "on call"],
        "as-user-extra": {"example.org/scopes": ["a", "b"], "100%": ["c"]},
    },
    "plugin that gives a token": {"exec": {**EXEC, "command": "./token-plugin"}},
    "plugin that gives a certificate": {"exec": {**EXEC, "command": "./certificate-plugin"}},
    "plugin beside a token": {"token": "t0ken", "exec": {**EXEC, "command": "./token-plugin"}},
}


ANONYMOUS: tuple[str, list[tuple[str, str]]] = ("", [])


@needs_kubectl
@pytest.mark.parametrize("user", USERS.values(), ids=USERS.keys())
async def test_the_server_sees_the_same_identity_as_from_kubectl(
    user: dict[str, Any], pki: Pki, tmp_path: Path, write_kubeconfig: Write
) -> None:
    _lay_out(tmp_path, pki)
    user = {key: _inline(value, tmp_path) if key.endswith("-data") else value for key, value in user.items()}
    async with recording(issued=pki.server, clients=pki.ca) as server:
        path = write_kubeconfig(cluster_of(server, pki), user)
        async with connected(path) as api:
            await api.get("/version")
        ours = _identity(server.seen[-1])
        await kubectl("--kubeconfig", str(path), "get", "--raw", "/version")
        assert len(server.seen) > 1
        assert ours == _identity(server.seen[-1])
        assert ours != ANONYMOUS


async def test_a_token_file_that_rotates_is_read_again_before_the_next_request(
    pki: Pki, tmp_path: Path, write_kubeconfig: Write
) -> None:
    (tmp_path / "token").write_text("first\n")
    async with recording(issued=pki.server) as server:
        path = write_kubeconfig(cluster_of(server, pki), {"tokenFile": "token"})
        async with connected(path) as api:
            await api.get("/version")
            # As the kubelet does it: a new file under the old name.
            (tmp_path / "next").write_text("second\n")
            (tmp_path / "next").rename(tmp_path / "token")
            await api.get("/version")
            (tmp_path / "token").unlink()
            await api.get("/version")
    sent = [seen.one("authorization") for seen in server.seen]
    assert sent == ["Bearer first", "Bearer second", "Bearer second"]


async def test_a_client_certificate_that_rotates_is_shown_on_new_connections(
    pki: Pki, tmp_path: Path, write_kubeconfig: Write
) -> None:
    _lay_out(tmp_path, pki)
    async with recording(issued=pki.server, clients=pki.ca) as server:
        user = {"client-certificate": "alice.crt", "client-key": "alice.key"}
        path = write_kubeconfig(cluster_of(server, pki), user)
        async with connected(path) as api:
            await api.get("/version")
            (tmp_path / "alice.crt").write_bytes(pki.bob.pem)
            (tmp_path / "alice.key").write_bytes(pki.bob.key_pem)
            await api.get("/version")
    assert [seen.peer for seen in server.seen] == ["alice", "bob"]


@pytest.mark.parametrize(
    ("user", "happened"),
    [
        ({"tokenFile": "nope"}, "nope of user 'admin' can't be read: No such file"),
        ({"tokenFile": "empty"}, "empty of user 'admin' is empty"),
        ({"token": "two words"}, "The token of user 'admin' holds characters that no token has"),
        ({"client-certificate": "nope.crt", "client-key": "nope.key"}, "The client certificate of user 'admin' can't"),
    ],
)
async def test_a_credential_that_can_not_be_read_is_an_error_before_anything_is_sent(
    user: dict[str, Any], happened: str, pki: Pki, tmp_path: Path, write_kubeconfig: Write
) -> None:
    (tmp_path / "empty").write_text("\n")
    async with (
        recording(issued=pki.server, clients=pki.ca) as server,
        connected(write_kubeconfig(cluster_of(server, pki), user)) as api,
    ):
        with pytest.raises(CredentialsError) as caught:
            await api.get("/version")
        assert happened in caught.value.happened
        assert not server.connections


async def test_a_refused_token_file_is_read_once_more_and_then_reported(
    pki: Pki, tmp_path: Path, write_kubeconfig: Write
) -> None:
    (tmp_path / "token").write_text("expired")
    async with (
        recording(lambda seen: Reply(401), issued=pki.server) as server,
        connected(write_kubeconfig(cluster_of(server, pki), {"tokenFile": "token"})) as api,
    ):
        with pytest.raises(CredentialsError, match="does not accept the credentials of admin"):
            await api.get("/version")
        assert len(server.seen) == 1


async def test_the_user_is_named_with_whom_it_acts_as(pki: Pki, write_kubeconfig: Write) -> None:
    async with recording(issued=pki.server) as server:
        path = write_kubeconfig(cluster_of(server, pki), {"token": "t", "as": "jane"})
        async with connected(path) as api:
            assert (api.user, api.cluster.name, api.default_namespace) == ("admin as jane", "prod", "shop")
            assert (api.cluster.server, api.insecure) == (server.url, False)


async def test_reads_say_who_we_are(pki: Pki, write_kubeconfig: Write) -> None:
    async with recording(issued=pki.server) as server, connected(_token(write_kubeconfig, server, pki)) as api:
        await api.get("/version")
        await api.patch(
            "/api/v1/x", {}, content_type="application/merge-patch+json", user_agent="incident-mcp/1 plan/9"
        )
    assert server.seen[0].one("user-agent").startswith("incident-mcp/")
    assert server.seen[1].one("user-agent") == "incident-mcp/1 plan/9"


def _token(write_kubeconfig: Write, server: Recorder, pki: Pki) -> Path:
    return write_kubeconfig(cluster_of(server, pki), {"token": "t"})


def _lay_out(folder: Path, pki: Pki) -> None:
    """What the kubeconfigs above refer to, by paths relative to themselves."""
    (folder / "token").write_text("from-file\n")
    (folder / "alice.crt").write_bytes(pki.alice.pem)
    (folder / "alice.key").write_bytes(pki.alice.key_pem)
    pair = {"clientCertificateData": pki.alice.pem.decode(), "clientKeyData": pki.alice.key_pem.decode()}
    for name, status in (("token-plugin", {"token": "plugged"}), ("certificate-plugin", pair)):
        body = json.dumps({"apiVersion": EXEC["apiVersion"], "kind": "ExecCredential", "status": status})
        (folder / f"{name}.json").write_text(body)
        (folder / name).write_text(f"#!/bin/sh\ncat '{folder}/{name}.json'\n")
        (folder / name).chmod(0o755)


def _inline(file: str, folder: Path) -> str:
    return b64((folder / file).read_bytes())


def _identity(seen: Seen) -> tuple[str, list[tuple[str, str]]]:
    """Everything in a request that says who asks."""
    headers = [
        (name.lower(), value)
        for name, value in seen.headers
        if name.lower() == "authorization" or name.lower().startswith("impersonate-")
    ]
    return seen.peer, sorted(headers)
