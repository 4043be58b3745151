"""A kubeconfig user made into a source of credentials: which of its methods counts, and which is refused.

Precedence is client-go's: a token, a password or a client certificate each make the exec plugin unused. A user
without any is refused, where kubectl would call anonymously, except in front of a plain-HTTP server on this machine:
that is `kubectl proxy`, which adds credentials itself.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from incident_mcp.cluster.credentials import CredentialSource, NoCredential, Secrets, Stored
from incident_mcp.cluster.kubeconfig import Placed
from incident_mcp.cluster.kubeconfig_file import ExecEntry, UserEntry
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import CredentialsError, SettingsError

_LEGACY = {
    "gcp": "gke-gcloud-auth-plugin (gcloud container clusters get-credentials writes it)",
    "azure": "kubelogin (kubelogin convert-kubeconfig writes it)",
    "oidc": "kubelogin (kubectl oidc-login)",
}


def data(written: str, field: str, origin: str) -> bytes:
    """A base64 field. Raises SettingsError."""
    try:
        return base64.b64decode("".join(written.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(f"{field} of {origin} is not base64.", "Fetch the kubeconfig again.") from error


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a credential plugin may see of its surroundings."""

    cluster: Mapping[str, Any]
    """`spec.cluster` of its question."""
    environment: Mapping[str, str] = field(repr=False)
    withheld: frozenset[str]
    clock: Clock


def source_for(user: Placed[UserEntry], server: str, surroundings: Surroundings) -> CredentialSource:
    """Raises SettingsError for a user that contradicts itself, CredentialsError for one without credentials."""
    origin = f"user {user.name!r}" if user.name else "user without a name"
    _refuse_legacy(user.entry, origin)
    secrets = _secrets(user, origin)
    stored = bool(secrets.token or secrets.token_file or secrets.username or secrets.password or secrets.certificate)
    if urlsplit(server).scheme != "https":
        return _plain_http(server, origin, named=stored or user.entry.exec is not None)
    if stored:
        return Stored(secrets)
    if user.entry.exec is not None:
        return _plugin(user, user.entry.exec, origin, surroundings)
    raise CredentialsError(
        f"The {origin} names no credentials, and nothing is called anonymously.",
        "Give it a token, a client certificate or a credential plugin, or choose another context.",
    )


def _plain_http(server: str, origin: str, *, named: bool) -> CredentialSource:
    if named:
        raise SettingsError(
            f"The server {server} is plain HTTP: the credentials of {origin} would not be sent (kubectl drops them).",
            "Use https; for `kubectl proxy`, let the context name a user without credentials.",
        )
    if not _loopback(urlsplit(server).hostname or ""):
        raise SettingsError(
            f"The server {server} is plain HTTP on another machine.",
            "Use https: anybody between could read and answer.",
        )
    return NoCredential()


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_legacy(user: UserEntry, origin: str) -> None:
    if user.auth_provider is None:
        return
    name = user.auth_provider.name
    raise SettingsError(
        f"The {origin} uses the auth-provider {name!r}, which Kubernetes removed in 1.26.",
        f"Replace it by the credential plugin {_LEGACY.get(name, 'of your provider')}.",
    )


def _secrets(user: Placed[UserEntry], origin: str) -> Secrets:
    entry = user.entry
    if entry.token and (entry.username or entry.password):
        raise SettingsError(f"The {origin} has both a token and a password.", "Leave one of them.")
    certificate = _part(user, entry.client_certificate_data, entry.client_certificate, "client-certificate", origin)
    key = _part(user, entry.client_key_data, entry.client_key, "client-key", origin)
    if certificate is not None and key is None:
        raise SettingsError(f"The {origin} has a client certificate without a key.", "Add its client-key.")
    return Secrets(
        origin=origin,
        token=entry.token,
        token_file=user.path(entry.token_file) if entry.token_file else None,
        username=entry.username,
        password=entry.password,
        certificate=certificate,
        key=key,
    )


def _part(user: Placed[UserEntry], inline: str, path: str, field: str, origin: str) -> bytes | Path | None:
    if inline:
        return data(inline, f"{field}-data", origin)
    return user.path(path) if path else None


def _plugin(user: Placed[UserEntry], entry: ExecEntry, origin: str, around: Surroundings) -> CredentialSource:
    from incident_mcp.cluster import exec_plugin
    from incident_mcp.cluster.plugin_process import plugin_environment

    exec_plugin.check(entry.api_version, entry.interactive_mode, entry.command, origin)
    # Only a command with a slash is a path; others are looked up in PATH.
    command = str(user.path(entry.command)) if "/" in entry.command else entry.command
    own = {variable.name: variable.value for variable in entry.env if variable.name}
    plugin = exec_plugin.Plugin(
        origin=origin,
        command=command,
        args=tuple(entry.args),
        api_version=entry.api_version,
        install_hint=entry.install_hint,
        environment=plugin_environment(around.environment, own, around.withheld),
        cluster=around.cluster if entry.provide_cluster_info else None,
    )
    return exec_plugin.ExecCredentials(plugin, around.clock)
