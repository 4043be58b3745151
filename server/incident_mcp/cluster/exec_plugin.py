"""Credential plugins: programs that the kubeconfig names and that print a credential (client-go's exec protocol).

`client.authentication.k8s.io/v1` and `v1beta1`, as in kubernetes.io/docs/reference/access-authn-authz/authentication
and client-go's plugin/pkg/client/auth/exec. The credential is kept until its expirationTimestamp, or until the server
refuses it. Whatever goes wrong is an error that says what and how to go on; nothing is ever sent without it.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import anyio
import msgspec

from incident_mcp.cluster.credentials import Credential, bearer
from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.cluster.plugin_process import Finished, TooMuchOutput, run
from incident_mcp.cluster.tls import ClientCertificate
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.errors import CredentialsError, SettingsError

API_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")
_LOG_IN = "Run it, or kubectl with this kubeconfig, in a terminal to see what it wants."


@dataclass(frozen=True, slots=True)
class Plugin:
    """What the kubeconfig says about a plugin, checked."""

    origin: str
    command: str
    args: tuple[str, ...]
    api_version: str
    install_hint: str
    environment: Mapping[str, str]
    """All of it, without KUBERNETES_EXEC_INFO."""
    cluster: Mapping[str, Any] | None
    """`spec.cluster` of the question, when the plugin wants to know (provideClusterInfo)."""
    seconds: float = 15
    """Less than a reading tool may take, so that a plugin that hangs is named as what it is."""

    def question(self) -> bytes:
        """The ExecCredential that goes into KUBERNETES_EXEC_INFO."""
        spec: dict[str, Any] = {"interactive": False}
        if self.cluster is not None:
            spec["cluster"] = self.cluster
        return msgspec.json.encode({"kind": "ExecCredential", "apiVersion": self.api_version, "spec": spec})


class ExecStatus(msgspec.Struct, rename="camel", frozen=True):
    token: str | None = None
    client_certificate_data: str | None = None
    client_key_data: str | None = None
    expiration_timestamp: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class ExecCredential(msgspec.Struct, rename="camel", frozen=True):
    """The plugin's answer."""

    api_version: str = ""
    kind: str = ""
    status: ExecStatus | None = None


class ExecCredentials:
    """The credentials of one plugin, one run at a time: whoever asks meanwhile waits for that run's result."""

    def __init__(self, plugin: Plugin, clock: Clock) -> None:
        self._plugin = plugin
        self._clock = clock
        self._lock = anyio.Lock()
        self._credential: Credential | None = None
        self._expires: datetime | None = None
        self._failures = 0
        self._failure = ("", "")

    async def current(self) -> Credential:
        return self._usable(None) or await self._ask(None)

    async def renew(self, rejected: Credential) -> Credential:
        return self._usable(rejected) or await self._ask(rejected)

    def _usable(self, rejected: Credential | None) -> Credential | None:
        expired = self._expires is not None and self._clock() >= self._expires
        return None if expired or self._credential is rejected else self._credential

    async def _ask(self, rejected: Credential | None) -> Credential:
        failures = self._failures
        async with self._lock:
            if failures != self._failures:
                # The run that we waited for failed: fifty calls must not run a hanging plugin fifty times.
                raise CredentialsError(*self._failure)
            if usable := self._usable(rejected):
                return usable
            try:
                self._credential, self._expires = await obtain(self._plugin)
            except CredentialsError as error:
                self._failures += 1
                self._failure = (error.happened, error.next_step)
                raise
            return self._credential


async def obtain(plugin: Plugin) -> tuple[Credential, datetime | None]:
    """Runs the plugin once. Raises CredentialsError."""
    path = shutil.which(plugin.command, path=plugin.environment.get("PATH"))
    if path is None:
        raise CredentialsError(
            f"The credential plugin {plugin.command!r} of {plugin.origin} was not found.",
            excerpt(plugin.install_hint) or "Install it, or add its folder to the PATH of this server.",
        )
    environment = {**plugin.environment, "KUBERNETES_EXEC_INFO": plugin.question().decode()}
    try:
        finished = await run([path, *plugin.args], environment, plugin.seconds)
    except TimeoutError as error:
        waited = f"did not answer within {plugin.seconds:g} s and was ended"
        raise _failed(plugin, waited, "It may wait for a login: run it in a terminal first.") from error
    except TooMuchOutput as error:
        raise _failed(plugin, "printed more than a credential can be") from error
    except OSError as error:
        raise _failed(plugin, f"could not be started: {error.strerror}") from error
    return _read(plugin, finished)


def _read(plugin: Plugin, finished: Finished) -> tuple[Credential, datetime | None]:
    if finished.code:
        said = excerpt(finished.stderr)
        raise _failed(plugin, f"failed with exit code {finished.code}" + (f": {said}" if said else ""))
    try:
        answer = msgspec.json.decode(finished.stdout, type=ExecCredential)
    except msgspec.MsgspecError as error:
        # Its stdout is not quoted: half a credential is still a secret.
        raise _failed(plugin, f"did not print an ExecCredential ({excerpt(str(error), 100)})") from None
    if answer.kind != "ExecCredential" or answer.api_version != plugin.api_version:
        printed = f"{excerpt(answer.api_version, 60) or 'no apiVersion'} {excerpt(answer.kind, 40) or 'no kind'}"
        raise _failed(plugin, f"printed {printed}, not {plugin.api_version} ExecCredential")
    status = answer.status or ExecStatus()
    return _credential(plugin, status), status.expiration_timestamp


def _credential(plugin: Plugin, status: ExecStatus) -> Credential:
    chain, key = status.client_certificate_data or "", status.client_key_data or ""
    if bool(chain) != bool(key):
        raise _failed(plugin, "printed a client certificate or a key, not both")
    if not (status.token or chain):
        raise _failed(plugin, "printed neither a token nor a client certificate")
    origin = f"the credential plugin {plugin.command!r}"
    return Credential(
        authorization=bearer(status.token, origin) if status.token else None,
        certificate=ClientCertificate(chain.encode(), key.encode(), origin) if chain else None,
    )


def _failed(plugin: Plugin, what: str, next_step: str = _LOG_IN) -> CredentialsError:
    return CredentialsError(f"The credential plugin {plugin.command!r} of {plugin.origin} {what}.", next_step)


def check(api_version: str, interactive_mode: str, command: str, origin: str) -> None:
    """Raises SettingsError for what the exec protocol, or a server without a terminal, does not allow."""
    if not command:
        raise SettingsError(f"The credential plugin of {origin} names no command.", "Correct `exec.command`.")
    if api_version not in API_VERSIONS:
        raise SettingsError(
            f"The credential plugin {command!r} of {origin} uses apiVersion {api_version!r}.",
            f"Update the plugin and fetch the kubeconfig again; {' and '.join(API_VERSIONS)} are understood.",
        )
    if interactive_mode == "Always":
        raise SettingsError(
            f"The credential plugin {command!r} of {origin} needs a terminal (interactiveMode: Always).",
            "The terminal belongs to the assistant's client: use a plugin or a login that works without one.",
        )
    if interactive_mode not in ("Never", "IfAvailable") and (interactive_mode or api_version == API_VERSIONS[0]):
        raise SettingsError(
            f"The credential plugin {command!r} of {origin} has interactiveMode {interactive_mode!r}.",
            "It must be Never or IfAvailable.",
        )
