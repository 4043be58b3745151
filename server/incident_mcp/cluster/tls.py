"""TLS as Go's client does it, with Python's ssl: which authority is trusted, and which certificate we show.

Differences that would make a cluster unreachable that kubectl reaches are levelled here: Go takes any certificate of
the CA file as an anchor (also an intermediate one), does not ask for RFC 5280's strict extensions, and never looks
at common names.
"""

from __future__ import annotations

import hashlib
import re
import ssl
import tempfile
from dataclasses import dataclass, field

from incident_mcp.cluster.excerpts import excerpt
from incident_mcp.vocabulary.errors import CredentialsError, SettingsError

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate chain and its key, in PEM."""

    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    origin: str
    """Whose it is, for errors."""


@dataclass(frozen=True, slots=True)
class Trust:
    """How the server is checked: against `authority` (PEM; None: the system's roots), or not at all."""

    authority: str | None = field(default=None, repr=False)
    skip: bool = False

    @property
    def fingerprint(self) -> str | None:
        """SHA-256 over the authority's certificates: the same for the same CA, however its file is written."""
        if self.authority is None:
            return None
        certificates = sorted(ssl.PEM_cert_to_DER_cert(block) for block in _PEM.findall(self.authority))
        return hashlib.sha256(b"".join(certificates)).hexdigest()


def trust(authority: bytes | None, *, skip: bool, origin: str) -> Trust:
    """Raises SettingsError when `authority` (of `origin`) holds no certificate."""
    if authority is None:
        return Trust(skip=skip)
    # Only the certificates: OpenSSL stops at a key or a revocation list in the same file.
    blocks = "\n".join(_PEM.findall(authority.decode("utf-8", "replace")))
    try:
        if not blocks:
            raise ValueError("no certificate in it")
        ssl.create_default_context(cadata=blocks)
        return Trust(authority=blocks, skip=skip)
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(
            f"The certificate authority of {origin} can't be used: {excerpt(str(error))}.",
            "It must hold certificates in PEM; fetch the kubeconfig again.",
        ) from error


def client_context(trusted: Trust, certificate: ClientCertificate | None) -> ssl.SSLContext:
    """The context of all connections to one server under one identity.

    Raises CredentialsError when the client certificate and its key can't be used.
    """
    context = ssl.create_default_context(cadata=trusted.authority)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.hostname_checks_common_name = False
    context.set_alpn_protocols(["http/1.1"])
    if trusted.skip:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate:
        _load(context, certificate)
    return context


def _load(context: ssl.SSLContext, certificate: ClientCertificate) -> None:
    # ssl reads certificates from files only: this one is ours alone (0600) and gone when they are loaded.
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate.chain + b"\n" + certificate.key)
        file.flush()
        try:
            # An encrypted key would else be asked for on the terminal, which belongs to the MCP client.
            context.load_cert_chain(file.name, password=lambda: "")
        except (ssl.SSLError, ValueError) as error:
            raise CredentialsError(
                f"The client certificate of {certificate.origin} can't be used: {excerpt(str(error))}.",
                "Certificate and key must belong together, in PEM, the key without a passphrase.",
            ) from error
