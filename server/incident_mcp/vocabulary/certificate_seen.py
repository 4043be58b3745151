"""What one look saw of certificates: those that routes show to users, and the objects that have them issued.

A key is never part of it: of a TLS Secret only the certificate is decoded.
"""

from datetime import datetime

from incident_mcp.vocabulary.condition import ConditionSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value


class CertificateSeen(Value):
    """The first certificate in a Secret that an Ingress or Gateway names: the one that users are shown."""

    ref: Ref
    """The Secret."""
    names: tuple[str, ...] = ()
    """DNS names and addresses that it is for (its subject alternative names; a common name counts no more)."""
    begins: datetime | None = None
    ends: datetime | None = None
    problem: str = ""
    """Why there is no certificate in it: `has no tls.crt`; empty when there is one."""
    of_type: str = "kubernetes.io/tls"


class IssuedSeen(Value):
    """A Certificate of cert-manager: which Secret it fills, and how it stands."""

    ref: Ref
    secret: Ref
    issuer: Ref
    conditions: tuple[ConditionSeen, ...] = ()
    request: tuple[ConditionSeen, ...] = ()
    """Conditions of the newest CertificateRequest, where it is not ready."""
    renewal: datetime | None = None
    """When cert-manager means to renew it."""


class IssuerSeen(Value):
    """An Issuer or ClusterIssuer of cert-manager."""

    ref: Ref
    conditions: tuple[ConditionSeen, ...] = ()
