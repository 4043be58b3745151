"""Kubeconfigs that can't be used: one clear sentence each, with a way on, and never a secret in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from incident_mcp.cluster.connection import ConnectOptions, connect
from incident_mcp.vocabulary.errors import CredentialsError, IncidentError, SettingsError
from tests.cluster.connection.harness import ENVIRONMENT

pytestmark = pytest.mark.anyio

CLUSTER = {"server": "https://kube.example"}
GOOD: dict[str, Any] = {
    "current-context": "prod-eu",
    "clusters": [{"name": "c", "cluster": CLUSTER}],
    "users": [{"name": "u", "user": {"token": "s3cret"}}],
    "contexts": [
        {"name": "prod-eu", "context": {"cluster": "c", "user": "u"}},
        {"name": "prod-us", "context": {"cluster": "gone", "user": "u"}},
        {"name": "staging", "context": {"cluster": "c", "user": "gone"}},
    ],
}


async def test_a_context_that_is_not_there_is_answered_with_the_nearest_ones(tmp_path: Path) -> None:
    error = await _refused(tmp_path, GOOD, context="prd-eu")
    assert "no context 'prd-eu'" in error.happened
    assert "prod-eu" in error.next_step
    error = await _refused(tmp_path, GOOD, context="zzz")
    assert error.next_step == "There are: prod-eu, prod-us, staging."


@pytest.mark.parametrize(
    ("context", "happened"),
    [
        ("prod-us", "The context 'prod-us' names the cluster 'gone', which is not in the kubeconfig"),
        ("staging", "The context 'staging' names the user 'gone', which is not in the kubeconfig"),
    ],
)
async def test_a_context_that_names_what_is_not_there(tmp_path: Path, context: str, happened: str) -> None:
    assert (await _refused(tmp_path, GOOD, context=context)).happened.startswith(happened)


async def test_without_a_current_context_the_ones_there_are_listed(tmp_path: Path) -> None:
    error = await _refused(tmp_path, {**GOOD, "current-context": ""})
    assert error.next_step == "Choose one with --context: prod-eu, prod-us, staging."


@pytest.mark.parametrize(
    ("content", "happened"),
    [
        ("token: [s3cret", "is not YAML (line 2)"),
        ("users: {name: s3cret}", "is not a kubeconfig: Expected `array`, got `object` - at `users`"),
        ("users: [{name: u, user: {token: 123}}]", "is not a kubeconfig: Expected `str`, got `int`"),
        ("just a sentence s3cret", "is not a kubeconfig: Expected `object`, got `str`"),
        ("kind: Pod", "its kind is not Config"),
        ("", "holds no cluster"),
        ("clusters: [{name: a}, {name: a}]", "names the cluster 'a' twice"),
    ],
)
async def test_a_file_that_is_no_kubeconfig(tmp_path: Path, content: str, happened: str) -> None:
    error = await _refused(tmp_path, content)
    assert happened in error.happened
    assert "s3cret" not in str(error)


async def test_nulls_are_as_good_as_absent(tmp_path: Path) -> None:
    nulls: dict[str, Any] = {**GOOD, "users": [{"name": "u", "user": {"token": "t", "exec": None, "as-groups": None}}]}
    api = await connect(ConnectOptions(str(_write(tmp_path, nulls))), environment=ENVIRONMENT)
    assert api.user == "u"


@pytest.mark.parametrize("named_by", ["--kubeconfig", "KUBECONFIG"])
async def test_a_file_that_is_named_and_not_there(tmp_path: Path, named_by: str) -> None:
    missing = str(tmp_path / "nope")
    option = missing if named_by == "--kubeconfig" else None
    environment = {**ENVIRONMENT, "KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}
    if named_by == "KUBECONFIG":
        environment["KUBECONFIG"] = missing
    (tmp_path / "token").write_text("a pod's own")
    with pytest.raises(SettingsError, match=f"nope is not there \\(named by {named_by}\\)"):
        await connect(ConnectOptions(option), environment=environment, service_account=tmp_path)


async def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read: Is a directory"):
        await connect(ConnectOptions(str(tmp_path)), environment=ENVIRONMENT)


@pytest.mark.parametrize(
    ("cluster", "user", "happened"),
    [
        ({"server": ""}, {"token": "t"}, "is not a URL that can be called"),
        ({"server": "ftp://kube"}, {"token": "t"}, "is not a URL that can be called"),
        ({"server": "https://ada:s3cret@kube"}, {"token": "t"}, "is not a URL that can be called"),
        ({**CLUSTER, "certificate-authority": "nope.crt"}, {"token": "t"}, "nope.crt of cluster 'c' can't be read"),
        ({**CLUSTER, "certificate-authority-data": "%%"}, {"token": "t"}, "is not base64"),
        ({**CLUSTER, "certificate-authority-data": "czNjcmV0"}, {"token": "t"}, "no certificate in it"),
        (
            {**CLUSTER, "certificate-authority-data": "czNjcmV0", "insecure-skip-tls-verify": True},
            {"token": "t"},
            "skips its check",
        ),
        ({**CLUSTER, "proxy-url": "gopher://p"}, {"token": "t"}, "has the scheme 'gopher'"),
        ({**CLUSTER, "proxy-url": "socks5://p:1080"}, {"token": "t"}, "the package that speaks SOCKS is not installed"),
        (CLUSTER, {"token": "s3cret", "username": "ada"}, "has both a token and a password"),
        (CLUSTER, {"client-certificate": "a.crt"}, "has a client certificate without a key"),
        (CLUSTER, {"token": "t", "as-groups": ["x"]}, "impersonates a uid, groups or extra fields without a user"),
        (CLUSTER, {"auth-provider": {"name": "gcp"}}, "uses the auth-provider 'gcp', which Kubernetes removed"),
        (CLUSTER, {"exec": {"command": "p", "apiVersion": "v9"}}, "uses apiVersion 'v9'"),
        (
            CLUSTER,
            {"exec": {"command": "p", "apiVersion": "client.authentication.k8s.io/v1", "interactiveMode": "Always"}},
            "needs a terminal",
        ),
        (
            CLUSTER,
            {"exec": {"command": "p", "apiVersion": "client.authentication.k8s.io/v1"}},
            "has interactiveMode ''",
        ),
        (CLUSTER, {"exec": {"apiVersion": "client.authentication.k8s.io/v1"}}, "names no command"),
    ],
)
async def test_an_entry_that_can_not_be_used(
    tmp_path: Path, cluster: dict[str, Any], user: dict[str, Any], happened: str
) -> None:
    error = await _refused(tmp_path, _one(cluster, user))
    assert happened in error.happened
    assert error.next_step
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("server", "user", "happened"),
    [
        ("https://kube.example", {}, "names no credentials"),
        ("https://kube.example", {"token": ""}, "names no credentials"),
        ("http://127.0.0.1:8001", {"token": "t"}, "would not be sent"),
        ("http://kube.example", {}, "is plain HTTP on another machine"),
        ("kube.example:8080", {}, "is plain HTTP on another machine"),
    ],
)
async def test_nothing_is_ever_called_anonymously(
    tmp_path: Path, server: str, user: dict[str, Any], happened: str
) -> None:
    assert happened in (await _refused(tmp_path, _one({"server": server}, user))).happened


async def _refused(folder: Path, content: dict[str, Any] | str, **options: Any) -> IncidentError:
    with pytest.raises((SettingsError, CredentialsError)) as caught:
        await connect(ConnectOptions(str(_write(folder, content)), **options), environment=ENVIRONMENT)
    return caught.value


def _write(folder: Path, content: dict[str, Any] | str) -> Path:
    path = folder / "config"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def _one(cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    return {
        "current-context": "x",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
    }
