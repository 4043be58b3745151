"""Certificates that users are shown: expired, not valid yet, about to end, of another name, or none at all.

Only those that an Ingress or Gateway names are known here. Whether a client trusts the issuer is not judged: a company
may have an authority of its own.
"""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.certificates import (
    CERTIFICATE_ENDS_SOON,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_MALFORMED,
    CERTIFICATE_OF_ANOTHER_NAME,
    CERTIFICATE_TOO_EARLY,
    ROUTE_UNTRUSTED,
)
from incident_mcp.investigate.rules.issuing import unissued
from incident_mcp.investigate.shown import Shown, is_for, shown
from incident_mcp.investigate.sufferers import finding
from incident_mcp.text.words import count, duration, listed
from incident_mcp.vocabulary.certificate_seen import CertificateSeen, IssuedSeen
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

SOON = timedelta(days=14)
LATER = timedelta(days=30)
HOSTS = 5
"""Hosts of one Ingress or Gateway that are named one by one."""


def find(seen: Observation) -> Iterator[Finding]:
    if seen.scope.workload is not None:
        return
    shows = list(shown(seen))
    for certificate in seen.certificates:
        bad = _bad(seen, certificate)
        if bad is not None:
            yield bad
            yield from _untrusted(bad, [each for each in shows if each.secret == certificate.ref])
        elif (ends := _ends_soon(seen, certificate)) is not None:
            yield ends
    yield from _of_another_name(seen, shows)


def _bad(seen: Observation, certificate: CertificateSeen) -> Finding | None:
    """Why nobody accepts it."""
    found, now = certificate, seen.at
    if found.problem:
        kind, since = CERTIFICATE_MALFORMED, None
        summary = f"it {found.problem}"
        evidence = Evidence(source=f"{found.ref}, type", value=found.of_type)
        next_step = "Put the certificate into it again, with its chain, in PEM; see who made the Secret."
    elif found.ends is not None and found.ends <= now:
        kind, since = CERTIFICATE_EXPIRED, found.ends
        summary = f"its certificate expired {duration(now - found.ends)} ago"
        evidence = Evidence(source=f"{found.ref}, tls.crt, not after", value=f"{found.ends:%Y-%m-%d %H:%M} UTC")
        next_step = "Renew it, and see why it was not renewed."
    elif found.begins is not None and found.begins > now:
        kind, since = CERTIFICATE_TOO_EARLY, None
        summary = f"its certificate is not valid for another {duration(found.begins - now)}"
        evidence = Evidence(source=f"{found.ref}, tls.crt, not before", value=f"{found.begins:%Y-%m-%d %H:%M} UTC")
        next_step = "Put the previous certificate back, or have one issued that begins now; compare the clocks."
    else:
        return None
    because = unissued(seen, found.ref)
    return finding(
        kind,
        target=found.ref,
        severity="critical",
        summary=summary,
        evidence=(evidence,),
        next_step=next_step,
        since=since,
        because_of=because.ref if because else None,
    )


_SHOWN = {
    CERTIFICATE_MALFORMED.code: "is shown no certificate of its own",
    CERTIFICATE_EXPIRED.code: "shows an expired certificate",
    CERTIFICATE_TOO_EARLY.code: "shows a certificate that is not valid yet",
}


def _untrusted(bad: Finding, shows: list[Shown]) -> Iterator[Finding]:
    """What users see of it, for each host."""
    for each in shows:
        for host in each.hosts[:HOSTS] or ("*",):
            yield finding(
                ROUTE_UNTRUSTED,
                target=each.by,
                severity="critical",
                summary=f"{host} {_SHOWN[bad.code]}: browsers refuse it ({bad.target})",
                evidence=(Evidence(source=f"{each.by}, TLS", value=f"names {each.secret}"),),
                next_step=f"Repair {bad.target}.",
                since=bad.since,
                because_of=bad.target,
            )


def _ends_soon(seen: Observation, certificate: CertificateSeen) -> Finding | None:
    if certificate.ends is None or certificate.ends - seen.at > LATER:
        return None
    issued = _issued(seen, certificate.ref)
    late = issued.renewal if issued else None
    if late is not None and late > seen.at:  # cert-manager has it in hand
        return None
    severity: Gravity = "warning" if certificate.ends - seen.at <= SOON else "notice"
    renewal = f"; cert-manager should have renewed it {duration(seen.at - late)} ago" if late else ""
    because = unissued(seen, certificate.ref)
    return finding(
        CERTIFICATE_ENDS_SOON,
        target=certificate.ref,
        severity=severity,
        summary=f"its certificate expires in {duration(certificate.ends - seen.at)}{renewal}",
        evidence=(
            Evidence(source=f"{certificate.ref}, tls.crt, not after", value=f"{certificate.ends:%Y-%m-%d %H:%M} UTC"),
        ),
        next_step="Renew it, and see who should have.",
        because_of=because.ref if because else None,
    )


def _issued(seen: Observation, secret: Ref) -> IssuedSeen | None:
    return next((each for each in seen.issued if each.secret == secret), None)


def _of_another_name(seen: Observation, shows: list[Shown]) -> Iterator[Finding]:
    certificates = {each.ref: each for each in seen.certificates if not each.problem}
    for each in shows:
        certificate = certificates.get(each.secret)
        others = [host for host in each.hosts if certificate and not is_for(certificate.names, host)]
        if certificate and others:
            yield _wrong_name(each.by, certificate, others)


def _wrong_name(by: Ref, certificate: CertificateSeen, hosts: list[str]) -> Finding:
    names = listed(certificate.names, most=4) or "no host at all"
    more = f" (and {count(len(hosts) - 1, 'more host')})" if hosts[1:] else ""
    return finding(
        CERTIFICATE_OF_ANOTHER_NAME,
        target=by,
        severity="warning",
        summary=f"{hosts[0]} shows a certificate that is not for it{more}: {certificate.ref} is for {names}",
        evidence=(
            Evidence(source=f"{by}, TLS", value=f"{listed(hosts, most=4)}: {certificate.ref.name}"),
            Evidence(source=f"{certificate.ref}, tls.crt, names", value=names),
        ),
        next_step="Name the Secret that is for this host, or have a certificate issued that names it.",
    )
