"""Reading certificates out of TLS Secrets: what is kept of them, and what never."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from incident_mcp.cluster import certificates
from incident_mcp.cluster.certificates import certificate_seen
from incident_mcp.cluster.issuing import issued_seen
from incident_mcp.investigate.shown import is_for
from incident_mcp.vocabulary.refs import Ref
from tests.investigate.certificate_files import certificate_and_key

REF = Ref(kind="Secret", namespace="shop", name="web-tls")


def secret(certificate: str, key: str, **fields: Any) -> bytes:
    """As the API server sends it, with the copy that `kubectl apply` keeps in an annotation."""
    data = {
        "tls.crt": base64.b64encode(certificate.encode()).decode(),
        "tls.key": base64.b64encode(key.encode()).decode(),
    }
    thing: dict[str, Any] = {"kind": "Secret", "type": "kubernetes.io/tls", "data": data, **fields}
    copy = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(thing)}
    times = {"creationTimestamp": "2026-11-24T02:00:00Z", "annotations": copy}
    return json.dumps({**thing, "metadata": {"name": "web-tls", **times}}).encode()


def test_names_and_dates_are_kept() -> None:
    pem, _ = certificate_and_key("a.example.com", "*.b.example.com", ends=timedelta(days=9))
    seen = certificate_seen(REF, "kubernetes.io/tls", pem.encode())
    assert seen.names == ("a.example.com", "*.b.example.com")
    assert seen.begins
    assert seen.ends
    assert (seen.ends - seen.begins).days == 39


def test_the_first_certificate_of_a_chain_is_the_one_that_is_shown() -> None:
    leaf, _ = certificate_and_key("a.example.com", ends=timedelta(days=9))
    authority, _ = certificate_and_key(ends=timedelta(days=900))
    assert certificate_seen(REF, "", (leaf + authority).encode()).names == ("a.example.com",)


@pytest.mark.parametrize(
    ("pem", "problem"),
    [
        (b"", "has no tls.crt"),
        (b"\n", "has no tls.crt"),
        (b"not a certificate", "has a tls.crt that is no certificate in PEM"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "has a tls.crt that is no certificate in PEM",
        ),
    ],
)
def test_what_is_no_certificate_is_told_and_not_quoted(pem: bytes, problem: str) -> None:
    assert certificate_seen(REF, "Opaque", pem).problem == problem


def test_nothing_but_the_certificate_survives_decoding() -> None:
    pem, key = certificate_and_key("a.example.com", ends=timedelta(days=9))
    decoded = certificates._secret.decode(secret(pem, key))
    kept = (
        repr(decoded)
        + repr(certificates._config(REF, decoded))
        + repr(certificate_seen(REF, decoded.type, pem.encode()))
    )
    assert decoded.data
    assert decoded.data.certificate == pem.encode()
    for line in key.splitlines()[1:-1]:
        assert line not in kept
        assert base64.b64encode(line.encode()).decode()[4:40] not in kept
    assert "last-applied" not in kept


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("a.example.com", "a.example.com", True),
        ("A.Example.com.", "a.example.com", True),
        ("a.example.com", "b.example.com", False),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.example.com", "*.b.example.com", False),
        ("example.com", "*.example.com", False),
        ("*", "example", False),
    ],
)
def test_a_wildcard_stands_for_one_label(name: str, host: str, fits: bool) -> None:
    assert is_for((name,), host) is fits


def test_a_certificate_of_cert_manager_names_its_secret_and_issuer() -> None:
    seen = issued_seen(
        {
            "metadata": {"name": "web", "namespace": "shop"},
            "spec": {"secretName": "web-tls", "issuerRef": {"name": "acme", "kind": "ClusterIssuer"}},
            "status": {"renewalTime": "2026-12-24T02:00:00Z"},
        }
    )
    assert (str(seen.secret), str(seen.issuer)) == ("Secret shop/web-tls", "ClusterIssuer acme")
    assert seen.renewal
