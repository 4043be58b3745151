"""A certificate authority of the sandbox's own, and the server's certificate for 127.0.0.1."""

from __future__ import annotations

import base64
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from incident_sandbox.model.objects import Object
from incident_sandbox.model.timestamps import parse_span

LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    authority: bytes
    """PEM, for kubeconfigs."""
    chain_file: Path
    key_file: Path


def make_certificate(folder: Path) -> ServerCertificate:
    """Write a fresh server certificate and key to `folder`. Valid by the real time, whatever a manual clock says."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.now(UTC)

    def builder(name: str, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(issuer)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + LIFE)
        )

    def _name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = _name("incident-sandbox-ca")
    identifier = x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    authority = (
        builder("incident-sandbox-ca", ca_name, ca_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName(
        [x509.DNSName("localhost"), x509.DNSName("kubernetes"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    certificate = (
        builder("kube-apiserver", ca_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(names, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    authority_pem = authority.public_bytes(pem)
    chain_file, key_file = folder / "apiserver.crt", folder / "apiserver.key"
    chain_file.write_bytes(certificate.public_bytes(pem) + authority_pem)
    key_file.touch(mode=0o600)
    key_file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return ServerCertificate(authority_pem, chain_file, key_file)


def with_certificate(obj: Object, begins: datetime) -> Object:
    """A Secret that says `certificate: {hosts, life}` with a certificate for them, valid from `begins` for that span.

    Everything else as it is. It is signed by itself, and its key is thrown away: nobody serves it.
    """
    if "certificate" not in obj:
        return obj
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    wanted = obj["certificate"]
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted["hosts"][0])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + parse_span(wanted["life"]))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in wanted["hosts"]]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = {field: value for field, value in obj.items() if field != "certificate"}
    return {**plain, "type": "kubernetes.io/tls", "data": {"tls.crt": base64.b64encode(pem).decode(), "tls.key": ""}}
