"""The service account that Kubernetes gives to a pod: how the server connects when it runs inside the cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from incident_mcp.vocabulary.errors import SettingsError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """What a pod is given. The token is read before each request: the kubelet rotates it."""

    server: str
    authority: bytes
    token_file: Path
    namespace: str


def available(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> bool:
    """Whether this process runs in a pod that was given a service account."""
    return bool(
        environment.get("KUBERNETES_SERVICE_HOST")
        and environment.get("KUBERNETES_SERVICE_PORT")
        and (folder / "token").is_file()
    )


def load(environment: Mapping[str, str], folder: Path = SERVICE_ACCOUNT) -> ServiceAccount:
    """Raises SettingsError when the CA can't be read. Call it only when `available`."""
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment["KUBERNETES_SERVICE_PORT"]
    try:
        authority = (folder / "ca.crt").read_bytes()
    except OSError as error:
        raise SettingsError(
            f"The service account's CA {folder / 'ca.crt'} can't be read: {error.strerror}.",
            "Let the pod mount its service account (automountServiceAccountToken).",
        ) from error
    return ServiceAccount(
        server=f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}",
        authority=authority,
        token_file=folder / "token",
        namespace=environment.get("POD_NAMESPACE") or _namespace(folder) or "default",
    )


def _namespace(folder: Path) -> str:
    try:
        return (folder / "namespace").read_text().strip()
    except OSError:
        return ""
