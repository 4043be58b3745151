"""Certificates that users are shown, and those who should issue them."""

from datetime import timedelta
from typing import Any

from incident_mcp.vocabulary.certificate_seen import IssuedSeen, IssuerSeen
from incident_mcp.vocabulary.network_seen import IngressSeen, TlsSeen
from incident_mcp.vocabulary.observation import ConfigSeen
from tests.investigate.faults.fault import Fault
from tests.investigate.observations import NOW, certificate, gateway, listener, observation, ref, told

SECRET = ref("Secret", "pay-tls")
INGRESS = ref("Ingress", "pay")
ISSUED = ref("Certificate", "pay")


def shows(*hosts: str) -> IngressSeen:
    tls = (TlsSeen(secret=SECRET, hosts=hosts or ("pay.example.com",)),)
    return IngressSeen(ref=INGRESS, class_name="nginx", secrets=(SECRET,), tls=tls)


def pay(**fields: Any) -> Any:
    return certificate("pay-tls", "pay.example.com", **fields)


def issued(*conditions: Any, issuer: Any = None, **fields: Any) -> IssuedSeen:
    return IssuedSeen(
        ref=ISSUED, secret=SECRET, issuer=issuer or ref("Issuer", "acme"), conditions=conditions, **fields
    )


UNREADY = told("Ready", "False", "Failed", "The certificate request has failed to complete")

FAULTS = [
    Fault(
        observation(shows(), pay(ends=NOW - timedelta(days=2))),
        "certificate-expired",
        SECRET,
        "its certificate expired 48 h ago",
    ),
    Fault(
        observation(gateway("public", listener(secrets=(SECRET,))), pay(ends=NOW - timedelta(minutes=5))),
        "certificate-expired",
        SECRET,
        "its certificate expired 5 min ago",
    ),
    Fault(
        observation(shows("pay.example.com", "api.pay.example.com"), pay()),
        "certificate-wrong-name",
        INGRESS,
        "api.pay.example.com shows a certificate that is not for it: Secret shop/pay-tls is for pay.example.com",
        "warning",
    ),
    Fault(
        observation(shows(), certificate("pay-tls")),
        "certificate-wrong-name",
        INGRESS,
        "pay.example.com shows a certificate that is not for it: Secret shop/pay-tls is for no host at all",
        "warning",
    ),
    Fault(
        observation(gateway("public", listener(hostname="*.pay.example.com", secrets=(SECRET,))), pay()),
        "certificate-wrong-name",
        ref("Gateway", "public", "infra"),
        "*.pay.example.com shows a certificate that is not for it: Secret shop/pay-tls is for pay.example.com",
        "warning",
    ),
    Fault(
        observation(shows(), pay(begins=NOW + timedelta(hours=7))),
        "certificate-not-yet-valid",
        SECRET,
        "its certificate is not valid for another 7 h",
    ),
    Fault(
        observation(shows(), pay(ends=NOW + timedelta(days=9))),
        "certificate-expires-soon",
        SECRET,
        "its certificate expires in 9 d",
        "warning",
    ),
    Fault(
        observation(shows(), pay(ends=NOW + timedelta(days=20))),
        "certificate-expires-soon",
        SECRET,
        "its certificate expires in 20 d",
        "notice",
    ),
    Fault(
        observation(
            shows(),
            pay(ends=NOW + timedelta(days=9)),
            issued(told("Ready", "True"), renewal=NOW - timedelta(days=21)),
        ),
        "certificate-expires-soon",
        SECRET,
        "its certificate expires in 9 d; cert-manager should have renewed it 21 d ago",
        "warning",
    ),
    Fault(
        observation(shows(), certificate("pay-tls", problem="has no tls.crt", of_type="Opaque", ends=None)),
        "certificate-malformed",
        SECRET,
        "it has no tls.crt",
    ),
    Fault(
        observation(
            shows(),
            ConfigSeen(ref=SECRET, exists=False, keys=None),
            issued(UNREADY, request=(told("Ready", "False", "Denied", "The CertificateRequest was denied"),)),
        ),
        "certificate-not-issued",
        ISSUED,
        "Issuer shop/acme has not issued it (Denied); it should fill Secret shop/pay-tls",
        "warning",
    ),
    Fault(
        observation(
            shows(),
            pay(ends=NOW - timedelta(days=2)),
            issued(UNREADY),
            IssuerSeen(
                ref=ref("Issuer", "acme"), conditions=(told("Ready", "False", "ErrRegisterACMEAccount", "403"),)
            ),
        ),
        "issuer-not-ready",
        ref("Issuer", "acme"),
        "it can't issue certificates (ErrRegisterACMEAccount)",
        "warning",
    ),
]
