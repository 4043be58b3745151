"""Who we are to the API server: a header, a client certificate, or both, and how to get fresh ones.

A source is asked before every request, and told when the server refused what it gave (401). What it can't give is
an error: a request is never sent without the identity that the kubeconfig names (kubectl would call anonymously).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from incident_mcp.cluster.tls import ClientCertificate
from incident_mcp.vocabulary.errors import CredentialsError

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Credential:
    """What one request carries. Secrets stay out of its repr."""

    authorization: str | None = field(default=None, repr=False)
    certificate: ClientCertificate | None = None


class CredentialSource(Protocol):
    """Where credentials come from. Both methods raise CredentialsError."""

    async def current(self) -> Credential:
        """The credential to use now."""
        ...

    async def renew(self, rejected: Credential) -> Credential:
        """The server refused `rejected`: another one where possible, else the same again."""
        ...


def bearer(token: str, origin: str) -> str:
    """The header's value. Raises CredentialsError when the token can't be one (`origin` says whose it is)."""
    token = token.strip()
    if not token:
        raise CredentialsError(f"The token of {origin} is empty.", "Log in again; nothing was sent without it.")
    if not _TOKEN.fullmatch(token):
        raise CredentialsError(f"The token of {origin} holds characters that no token has.", "Log in again.")
    return f"Bearer {token}"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


class NoCredential:
    """For `kubectl proxy` on this machine, which adds its own credentials: the only call without an identity."""

    async def current(self) -> Credential:
        return Credential()

    async def renew(self, rejected: Credential) -> Credential:
        return rejected


class Watched:
    """A file's content, read again when the file changes.

    Told apart by inode, size and time: a projected token (kubelet) is replaced through a symlink, others in place.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._content = b""

    def read(self, *, again: bool = False) -> bytes:
        """Raises OSError."""
        status = self.path.stat()
        identity = (status.st_ino, status.st_size, status.st_mtime_ns)
        if again or identity != self._seen:
            self._content = self.path.read_bytes()
            self._seen = identity
        return self._content


@dataclass(frozen=True, slots=True)
class Secrets:
    """The credentials that a kubeconfig user (or a service account) names, before they are read."""

    origin: str
    """Whose they are, for errors: `user "admin"`."""
    token: str = field(default="", repr=False)
    token_file: Path | None = None
    username: str = ""
    password: str = field(default="", repr=False)
    certificate: bytes | Path | None = field(default=None, repr=False)
    key: bytes | Path | None = field(default=None, repr=False)


class Stored:
    """Tokens, passwords and certificates that lie in the kubeconfig or in files.

    Files are looked at before each request and read when they changed, so a rotated token or certificate is used at
    once. Precedence is client-go's: a token file wins over `token`, which stands in while the file can't be read;
    the last good token is kept when a later reading fails.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._token = secrets.token
        self._token_file = Watched(secrets.token_file) if secrets.token_file else None
        self._pair = _Pair(secrets) if secrets.certificate is not None else None

    async def current(self) -> Credential:
        return self._read(again=False)

    async def renew(self, rejected: Credential) -> Credential:
        return self._read(again=True)

    def _read(self, *, again: bool) -> Credential:
        return Credential(
            authorization=self._authorization(again=again),
            certificate=self._pair.read(again=again) if self._pair else None,
        )

    def _authorization(self, *, again: bool) -> str | None:
        secrets = self._secrets
        if self._token_file:
            self._token = self._read_token(self._token_file, again=again)
        if self._token:
            return bearer(self._token, secrets.origin)
        if secrets.username or secrets.password:
            return basic(secrets.username, secrets.password)
        return None

    def _read_token(self, file: Watched, *, again: bool) -> str:
        try:
            # A rotation may be seen half done: an empty file is no reason to forget a good token.
            token = file.read(again=again).decode("utf-8", "replace").strip()
        except OSError as error:
            if self._token:
                return self._token
            raise CredentialsError(
                f"The token file {file.path} of {self._secrets.origin} can't be read: {error.strerror}.",
                "Log in again, or correct tokenFile in the kubeconfig.",
            ) from error
        if not token and not self._token:
            raise CredentialsError(
                f"The token file {file.path} of {self._secrets.origin} is empty.", "Log in again to fill it."
            )
        return token or self._token


class _Pair:
    """A client certificate and its key, each from the kubeconfig or from a file."""

    def __init__(self, secrets: Secrets) -> None:
        self._origin = secrets.origin
        self._parts = [
            Watched(part) if isinstance(part, Path) else part or b"" for part in (secrets.certificate, secrets.key)
        ]

    def read(self, *, again: bool) -> ClientCertificate:
        try:
            chain, key = (part.read(again=again) if isinstance(part, Watched) else part for part in self._parts)
        except OSError as error:
            raise CredentialsError(
                f"The client certificate of {self._origin} can't be read: {error.filename}: {error.strerror}.",
                "Correct client-certificate and client-key in the kubeconfig.",
            ) from error
        return ClientCertificate(chain, key, self._origin)
