"""The certificates that Ingresses and Gateways show, read from the Secrets that they name, and only from those.

Kubernetes gives a Secret whole or not at all. Its key is dropped while decoding: of the body nothing but `tls.crt`, the
type and two dates are looked at, and of the certificate only its names and dates are kept. Annotations are not even
decoded, since `kubectl apply` keeps a copy of the whole Secret in one. Where the settings turn this off, or for any
other Secret, only metadata is asked for.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from incident_mcp.cluster.config_refs import read_configs
from incident_mcp.cluster.kinds import path_of
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.managed_fields import last_manager
from incident_mcp.cluster.moments import moment
from incident_mcp.vocabulary.certificate_seen import CertificateSeen
from incident_mcp.vocabulary.errors import NotFound
from incident_mcp.vocabulary.observation import ConfigSeen
from incident_mcp.vocabulary.refs import Ref

MOST = 40
"""Secrets that are asked for in one look."""
TLS_TYPE = "kubernetes.io/tls"


class _Dates(msgspec.Struct, rename="camel"):
    creation_timestamp: str = ""
    managed_fields: list[dict[str, Any]] = []


class _Public(msgspec.Struct):
    """What of a TLS Secret's data is no secret."""

    certificate: bytes = msgspec.field(default=b"", name="tls.crt")


class _TlsSecret(msgspec.Struct):
    metadata: _Dates
    type: str = ""
    data: _Public | None = None


_secret = msgspec.json.Decoder(_TlsSecret)


async def read_certificates(
    look: Look, refs: Iterable[Ref], configs: list[ConfigSeen], into: list[CertificateSeen], *, contents: bool = True
) -> None:
    """Add to `configs` whether each of these Secrets is there, and its certificate if `contents` are wanted."""
    wanted = list(dict.fromkeys(refs))
    if len(wanted) > MOST:
        look.miss(f"{len(wanted) - MOST} of {len(wanted)} certificates", "too many")
    if not contents:
        if wanted:
            look.miss("certificates", "turned off in the settings")
        known = {config.ref for config in configs}
        await read_configs(look, [ref for ref in wanted[:MOST] if ref not in known], configs)
        return
    await together([partial(_read, look, ref, configs, into) for ref in wanted[:MOST]])


async def _read(look: Look, ref: Ref, configs: list[ConfigSeen], into: list[CertificateSeen]) -> None:
    async def call() -> _TlsSecret | None:
        try:
            return _secret.decode(await look.api.get(path_of(ref)))
        except NotFound:
            return None

    none = _TlsSecret(_Dates(), type="not read")
    found = await look.ask("Secrets", call, none, where=ref.namespace or "")
    if found is none:
        return
    if all(config.ref != ref for config in configs):
        configs.append(_config(ref, found))
    if found is not None:
        into.append(certificate_seen(ref, found.type, found.data.certificate if found.data else b""))


def _config(ref: Ref, found: _TlsSecret | None) -> ConfigSeen:
    if found is None:
        return ConfigSeen(ref=ref, exists=False, keys=None)
    manager, when = last_manager({"metadata": {"managedFields": found.metadata.managed_fields}}, "data")
    created = moment(found.metadata.creation_timestamp)
    return ConfigSeen(ref=ref, keys=None, created=created, changed=when, changed_by=manager)


def certificate_seen(ref: Ref, secret_type: str, pem: bytes) -> CertificateSeen:
    """The first certificate of `tls.crt`, or why there is none."""
    if not pem.strip():
        return CertificateSeen(ref=ref, problem="has no tls.crt", of_type=secret_type)
    from cryptography import x509  # 40 ms, for those who meet a certificate

    try:
        certificate = x509.load_pem_x509_certificates(pem)[0]
        names = _names(certificate)
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return CertificateSeen(ref=ref, problem="has a tls.crt that is no certificate in PEM", of_type=secret_type)
    return CertificateSeen(
        ref=ref,
        names=names,
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        of_type=secret_type,
    )


def _names(certificate: Any) -> tuple[str, ...]:
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = (str(each) for each in found.get_values_for_type(x509.IPAddress))
    return tuple(dict.fromkeys((*found.get_values_for_type(x509.DNSName), *addresses)))
