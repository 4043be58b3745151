"""What a Corefile denies, and what it only seems to."""

import pytest

from incident_mcp.cluster.corefile import name_blocks

STOCK = """
.:53 {
    errors
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       ttl 30
    }
    %s
    forward . /etc/resolv.conf
    loop
}
"""
PAYMENTS = "payments.shop.svc.cluster.local"


def template(head: str, *lines: str) -> str:
    return STOCK % "\n    ".join([f"template {head} {{", *lines, "}"])


def denies(corefile: str, name: str = PAYMENTS) -> bool:
    return any(block.covers(name) for block in name_blocks(corefile))


@pytest.mark.parametrize(
    ("corefile", "denied"),
    [
        (STOCK % "ready", False),
        (template("ANY ANY svc.cluster.local", "rcode NXDOMAIN"), True),
        (template("IN A svc.cluster.local.", "rcode SERVFAIL"), True),
        (template("ANY ANY", r'match ".*\.svc\.cluster\.local\.?$"', "rcode NXDOMAIN"), True),
        (template("ANY ANY", r"match ^payments\.", "rcode NXDOMAIN"), True),
        (template("ANY ANY", r"match ^orders\.", "rcode NXDOMAIN"), False),
        (template("ANY ANY", r"match (p+a+)+$", "rcode NXDOMAIN"), False),  # a pattern is never run
        (template("ANY ANY", "match .*", "rcode NXDOMAIN"), True),
        (template("ANY ANY example.com", "rcode NXDOMAIN"), False),
        (template("IN AAAA .", "rcode NOERROR"), False),
        (template("IN TXT .", "rcode NXDOMAIN"), False),
        (template("IN A .", 'answer "{{ .Name }} 60 IN A 10.0.0.1"'), False),
    ],
)
def test_what_is_denied(corefile: str, denied: bool) -> None:
    assert denies(corefile) is denied
