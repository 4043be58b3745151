"""The certificates that users are shown, and those who issue them."""

from incident_mcp.investigate.kinds.kind import Kind

CERTIFICATE_EXPIRED = Kind(
    "INC306",
    "certificate-expired",
    "A certificate that users are shown has expired",
    20,
    "Browsers and clients refuse it. Nobody renewed it, or what was renewed lies in another Secret.",
    "Have {target} renewed by itself, and alert two weeks before it ends",
)
CERTIFICATE_ENDS_SOON = Kind(
    "INC307",
    "certificate-expires-soon",
    "A certificate that users are shown is about to expire",
    19,
    "A warning from 14 days on, a notice from 30. Where cert-manager is to renew it later, nothing is said.",
    "Have {target} renewed by itself, and alert two weeks before it ends",
)
CERTIFICATE_TOO_EARLY = Kind(
    "INC308",
    "certificate-not-yet-valid",
    "A certificate that users are shown is not valid yet",
    20,
    "It begins in the future: the issuer's clock, or a certificate that was put in place too early.",
)
CERTIFICATE_OF_ANOTHER_NAME = Kind(
    "INC309",
    "certificate-wrong-name",
    "A host is shown a certificate that does not name it",
    4,
    "No subject alternative name fits the host (a wildcard stands for one label), so browsers refuse it.",
    "Check that the certificates of {target} name its hosts before it is shipped",
)
CERTIFICATE_MALFORMED = Kind(
    "INC320",
    "certificate-malformed",
    "A Secret that a route shows its certificate from holds none",
    20,
    "It has no tls.crt, is of another type, or what stands there is no certificate in PEM.",
    "Check the content of {target} before it is shipped",
)
CERTIFICATE_NOT_ISSUED = Kind(
    "INC321",
    "certificate-not-issued",
    "A Certificate of cert-manager is not ready",
    30,
    "Its Secret is not filled or not renewed. Its request's condition tells what the issuer answered.",
    "Alert when {target} is not ready",
)
ISSUER_NOT_READY = Kind(
    "INC322",
    "issuer-not-ready",
    "An issuer of cert-manager is not ready",
    40,
    "No certificate can be issued or renewed by it: its account, its credentials or its own authority fail.",
    "Alert when {target} is not ready",
)
ROUTE_UNTRUSTED = Kind(
    "INC323",
    "route-untrusted",
    "A host shows a certificate that browsers refuse",
    3,
    "What users see of a certificate that has expired, is not valid yet, or is none.",
)
ALL = (
    CERTIFICATE_EXPIRED,
    CERTIFICATE_ENDS_SOON,
    CERTIFICATE_TOO_EARLY,
    CERTIFICATE_OF_ANOTHER_NAME,
    CERTIFICATE_MALFORMED,
    CERTIFICATE_NOT_ISSUED,
    ISSUER_NOT_READY,
    ROUTE_UNTRUSTED,
)
