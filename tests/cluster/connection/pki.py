"""Certificates for the tests: one authority, a server, people, and some that are wrong on purpose."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_NOW = datetime.now(UTC)


@dataclass
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self._key(serialization.NoEncryption())

    @property
    def encrypted_key_pem(self) -> bytes:
        return self._key(serialization.BestAvailableEncryption(b"a passphrase"))

    def _key(self, encryption: serialization.KeySerializationEncryption) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, encryption
        )


class Pki:
    def __init__(self) -> None:
        self.ca = issue("test-ca", None, authority=True)
        self.intermediate = issue("test-intermediate", self.ca, authority=True)
        self.other_ca = issue("other-ca", None, authority=True)
        self.server = issue("apiserver", self.ca, names=("kube.internal", "localhost"), address="127.0.0.1")
        self.behind_intermediate = issue("apiserver", self.intermediate, address="127.0.0.1")
        self.named_only = issue("apiserver", self.ca, names=("kube.internal",))
        self.alice = issue("alice", self.ca)
        self.bob = issue("bob", self.ca)


def issue(
    name: str, issuer: Issued | None, *, names: tuple[str, ...] = (), address: str = "", authority: bool = False
) -> Issued:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    alternatives: list[x509.GeneralName] = [x509.DNSName(n) for n in names]
    if address:
        alternatives.append(x509.IPAddress(ipaddress.ip_address(address)))
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_NOW - timedelta(hours=1))
        .not_valid_after(_NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    return Issued(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)
