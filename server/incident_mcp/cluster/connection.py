"""From a kubeconfig, or the pod's service account, to one pinned connection.

Everything that says *which* cluster is read once, here, and held: server, CA, user, proxy. Later edits of the
kubeconfig (`kubectl config use-context` in another terminal) change nothing; only credentials are read again. No
network call is made.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from incident_mcp.cluster import in_cluster, kubeconfig
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.impersonation import Impersonation
from incident_mcp.cluster.kubeconfig import Chosen, Kubeconfig, Placed
from incident_mcp.cluster.kubeconfig_file import ClusterEntry, UserEntry
from incident_mcp.cluster.proxies import proxy_for
from incident_mcp.vocabulary.clock import Clock, system_clock
from incident_mcp.vocabulary.errors import SettingsError
from incident_mcp.vocabulary.refs import Cluster

# Of a cluster's extensions, the one that is handed to credential plugins (client-go, clientcmd/client_config.go).
_EXEC_EXTENSION = "client.authentication.k8s.io/exec"


@dataclass(frozen=True, slots=True)
class ConnectOptions:
    """What the person asked for; everything else is found as kubectl finds it."""

    kubeconfig: str | None = None
    """A path, or several joined by `:`; else KUBECONFIG, else ~/.kube/config, else the pod's service account."""
    context: str | None = None
    namespace: str | None = None
    timeout: float = 15
    """Seconds for one request."""
    withheld: frozenset[str] = frozenset()
    """Names of environment variables that hold secrets of ours: credential plugins do not get them."""


async def connect(
    options: ConnectOptions,
    *,
    environment: Mapping[str, str],
    clock: Clock = system_clock,
    service_account: Path = in_cluster.SERVICE_ACCOUNT,
) -> Api:
    """A client of the cluster that kubectl would use with these options.

    Raises SettingsError when the kubeconfig can't be used, and CredentialsError when it names no credentials.
    """
    config = _load(options, environment, service_account)
    if config is None:
        return _from_pod(options, environment, service_account)
    return _from_context(kubeconfig.choose(config, options.context), options, environment, clock)


def _load(options: ConnectOptions, environment: Mapping[str, str], service_account: Path) -> Kubeconfig | None:
    """The merged kubeconfig; None when there is none and this is a pod."""
    files, origin = kubeconfig.paths(options.kubeconfig, environment)
    config = kubeconfig.load(files)
    if not config.empty:
        return config
    # Somebody who named a file or a context did not mean the cluster that this pod happens to run in.
    if not origin and not options.context and in_cluster.available(environment, service_account):
        return None
    names = ", ".join(str(file) for file in files)
    what = "holds no cluster" if config.files else "is not there"
    raise SettingsError(
        f"The kubeconfig {names} {what}{f' (named by {origin})' if origin else ''}.",
        "Point KUBECONFIG or --kubeconfig to one, or fetch it from your cluster's provider.",
    )


def _from_pod(options: ConnectOptions, environment: Mapping[str, str], folder: Path) -> Api:
    from incident_mcp.cluster.credentials import Secrets, Stored
    from incident_mcp.cluster.endpoint import Endpoint
    from incident_mcp.cluster.tls import trust

    account = in_cluster.load(environment, folder)
    origin = "the pod's service account"
    trusted = trust(account.authority, skip=False, origin=origin)
    return Api(
        cluster=Cluster(name="in-cluster", server=account.server, ca=trusted.fingerprint),
        default_namespace=options.namespace or account.namespace,
        user=origin,
        insecure=False,
        endpoint=Endpoint(account.server, trusted, proxy=proxy_for(account.server, "", environment)),
        credentials=Stored(Secrets(origin, token_file=account.token_file)),
        timeout=options.timeout,
    )


def _from_context(chosen: Chosen, options: ConnectOptions, environment: Mapping[str, str], clock: Clock) -> Api:
    from incident_mcp.cluster.endpoint import Endpoint
    from incident_mcp.cluster.identity import Surroundings, source_for
    from incident_mcp.cluster.tls import trust

    entry = chosen.cluster.entry
    server = server_url(entry.server, chosen.cluster.name)
    authority = _authority(chosen.cluster)
    trusted = trust(authority, skip=entry.insecure_skip_tls_verify, origin=f"cluster {chosen.cluster.name!r}")
    impersonated = _impersonation(chosen.user)
    surroundings = Surroundings(_cluster_info(entry, authority), environment, options.withheld, clock)
    endpoint = Endpoint(
        server,
        trusted,
        server_name=entry.tls_server_name or None,
        proxy=proxy_for(server, entry.proxy_url, environment),
        compression=not entry.disable_compression,
    )
    return Api(
        cluster=Cluster(name=chosen.context, server=server, ca=trusted.fingerprint),
        default_namespace=options.namespace or chosen.namespace or "default",
        user=" as ".join(part for part in (chosen.user.name, impersonated.user) if part) or "kubectl proxy",
        insecure=entry.insecure_skip_tls_verify,
        endpoint=endpoint,
        credentials=source_for(chosen.user, server, surroundings),
        headers=impersonated.headers(),
        timeout=options.timeout,
    )


def server_url(written: str, cluster: str) -> str:
    """The server's URL without a slash at its end; a path before the API (Rancher, a gateway) is kept.

    Raises SettingsError. A bare `host:port` is plain HTTP, as kubectl reads it.
    """
    url = urlsplit(written if "://" in written else f"http://{written}")
    if not written or url.scheme not in ("http", "https") or not url.hostname or url.username:
        raise SettingsError(
            f"The server of cluster {cluster!r} is not a URL that can be called.", "It should read https://host:port."
        )
    return f"{url.scheme}://{url.netloc}{url.path.rstrip('/')}"


def _authority(cluster: Placed[ClusterEntry]) -> bytes | None:
    from incident_mcp.cluster.identity import data

    entry, origin = cluster.entry, f"cluster {cluster.name!r}"
    if not (entry.certificate_authority_data or entry.certificate_authority):
        return None
    if entry.insecure_skip_tls_verify:
        raise SettingsError(
            f"The {origin} has a certificate authority and skips its check.",
            "Remove insecure-skip-tls-verify (or the authority).",
        )
    if entry.certificate_authority_data:
        return data(entry.certificate_authority_data, "certificate-authority-data", origin)
    path = cluster.path(entry.certificate_authority)
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The certificate authority {path} of {origin} can't be read: {error.strerror}.",
            "Correct certificate-authority in the kubeconfig.",
        ) from error


def _impersonation(user: Placed[UserEntry]) -> Impersonation:
    entry = user.entry
    return Impersonation(entry.as_, entry.as_uid, entry.as_groups, entry.as_user_extra)


def _cluster_info(entry: ClusterEntry, authority: bytes | None) -> dict[str, Any]:
    """`spec.cluster` for a credential plugin (client-go, pkg/apis/clientauthentication/v1)."""
    config = next((e.extension for e in entry.extensions if e.name == _EXEC_EXTENSION), None)
    fields: dict[str, Any] = {
        "tls-server-name": entry.tls_server_name,
        "insecure-skip-tls-verify": entry.insecure_skip_tls_verify,
        "certificate-authority-data": base64.b64encode(authority).decode() if authority else "",
        "proxy-url": entry.proxy_url,
        "disable-compression": entry.disable_compression,
        "config": config,
    }
    return {"server": entry.server, **{name: value for name, value in fields.items() if value}}
