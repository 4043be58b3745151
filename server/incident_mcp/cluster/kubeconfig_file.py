"""The kubeconfig's format: the fields of client-go's `tools/clientcmd/api/v1` that matter to a connection.

Unknown fields are passed over and nulls count as absent, as with kubectl; a field of the wrong type is an error
that says where. Nothing of the file's content is quoted: it holds secrets.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import msgspec

from incident_mcp.vocabulary.errors import SettingsError


class _Part(msgspec.Struct, rename="kebab", frozen=True):
    pass


class Extension(_Part, frozen=True):
    name: str = ""
    extension: Any = None


class ClusterEntry(_Part, frozen=True):
    server: str = ""
    tls_server_name: str = ""
    insecure_skip_tls_verify: bool = False
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    proxy_url: str = ""
    disable_compression: bool = False
    extensions: list[Extension] = []


class ExecVariable(_Part, frozen=True):
    name: str = ""
    value: str = ""


class ExecEntry(_Part, rename="camel", frozen=True):
    command: str = ""
    args: list[str] = []
    env: list[ExecVariable] = []
    api_version: str = ""
    install_hint: str = ""
    provide_cluster_info: bool = False
    interactive_mode: str = ""


class AuthProvider(_Part, frozen=True):
    name: str = ""


class UserEntry(_Part, frozen=True):
    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    as_: str = msgspec.field(default="", name="as")
    as_uid: str = ""
    as_groups: list[str] = []
    as_user_extra: dict[str, list[str]] = {}
    username: str = ""
    password: str = ""
    auth_provider: AuthProvider | None = None
    exec: ExecEntry | None = None


class ContextEntry(_Part, frozen=True):
    cluster: str = ""
    user: str = ""
    namespace: str = ""


class NamedCluster(_Part, frozen=True):
    name: str = ""
    cluster: ClusterEntry = ClusterEntry()


class NamedUser(_Part, frozen=True):
    name: str = ""
    user: UserEntry = UserEntry()


class NamedContext(_Part, frozen=True):
    name: str = ""
    context: ContextEntry = ContextEntry()


class KubeconfigFile(_Part, frozen=True):
    kind: str = "Config"
    clusters: list[NamedCluster] = []
    users: list[NamedUser] = []
    contexts: list[NamedContext] = []
    current_context: str = ""


def parse(path: Path, content: bytes) -> KubeconfigFile:
    """Raises SettingsError when `content` (of `path`) is not a kubeconfig."""
    import yaml  # 11 ms of start-up that a server in a pod never needs

    try:
        plain = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError) as error:
        # yaml's own message quotes the line: only its place is told.
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1})" if mark else ""
        raise _unusable(path, f"is not YAML{place}") from None
    try:
        parsed = msgspec.convert(_without_nulls(plain or {}), KubeconfigFile)
    except msgspec.ValidationError as error:
        raise _unusable(path, f"is not a kubeconfig: {_place(str(error))}") from None
    if parsed.kind != "Config":
        raise _unusable(path, "is not a kubeconfig: its kind is not Config")
    return parsed


def _place(message: str) -> str:
    """msgspec names types and paths, never values, except unknown tags, which this format has not."""
    return re.sub(r"`\$\.?", "`", message)


def _unusable(path: Path, why: str) -> SettingsError:
    return SettingsError(f"The file {path} {why}.", "Correct it, or point KUBECONFIG or --kubeconfig elsewhere.")


def _without_nulls(value: object) -> Any:
    if isinstance(value, dict):
        entries = cast("dict[Any, Any]", value)
        return {key: _without_nulls(entry) for key, entry in entries.items() if entry is not None}
    if isinstance(value, list):
        return [_without_nulls(entry) for entry in cast("list[Any]", value) if entry is not None]
    return value
