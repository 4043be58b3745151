"""cert-manager: Certificates that are not ready, and the issuers behind them."""

from collections.abc import Iterator
from datetime import timedelta

from incident_mcp.investigate.kinds.certificates import CERTIFICATE_NOT_ISSUED, ISSUER_NOT_READY
from incident_mcp.investigate.sufferers import finding, recent
from incident_mcp.vocabulary.certificate_seen import IssuedSeen
from incident_mcp.vocabulary.condition import ConditionSeen, condition
from incident_mcp.vocabulary.finding import Evidence, Finding
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

YOUNG = timedelta(minutes=5)
"""So long an issue may take: an authority has to see the name's proof first."""


def find(seen: Observation) -> Iterator[Finding]:
    if seen.scope.workload is not None:
        return
    for issuer in seen.issuers:
        if off := condition(issuer.conditions, "Ready", "False"):
            yield finding(
                ISSUER_NOT_READY,
                target=issuer.ref,
                severity="warning",
                summary=f"it can't issue certificates{_reason(off)}",
                evidence=(Evidence(source=f"{issuer.ref}, condition Ready", value=off.message, at=off.since),),
                next_step="Look at its account, its credentials and the authority that it asks.",
                since=off.since,
            )
    for issued in seen.issued:
        if (off := _off(seen, issued)) is not None:
            yield _not_issued(seen, issued, off)


def unissued(seen: Observation, secret: Ref) -> IssuedSeen | None:
    """The Certificate that should have filled this Secret and is not ready."""
    return next((each for each in seen.issued if each.secret == secret and _off(seen, each)), None)


def _off(seen: Observation, issued: IssuedSeen) -> ConditionSeen | None:
    off = condition(issued.conditions, "Ready", "False")
    under_way = condition(issued.conditions, "Issuing") is not None and not condition(issued.request, "Ready", "False")
    return None if off and under_way and recent(off.since, seen.at, YOUNG) else off


def _not_issued(seen: Observation, issued: IssuedSeen, off: ConditionSeen) -> Finding:
    answer = condition(issued.request, "Ready", "False")
    said = () if answer is None else (Evidence(source="its request, condition Ready", value=answer.message),)
    failed = next((each for each in seen.issuers if each.ref == issued.issuer), None)
    reason = _reason(answer) if answer and answer.reason not in ("", "Pending") else _reason(off)
    return finding(
        CERTIFICATE_NOT_ISSUED,
        target=issued.ref,
        severity="warning",
        summary=f"{issued.issuer} has not issued it{reason}; it should fill {issued.secret}",
        evidence=(Evidence(source=f"{issued.ref}, condition Ready", value=off.message, at=off.since), *said),
        next_step=f"Look at {issued.issuer} and at the newest CertificateRequest, Order and Challenge of it.",
        since=off.since,
        because_of=failed.ref if failed else None,
    )


def _reason(told: ConditionSeen) -> str:
    return f" ({told.reason})" if told.reason else ""
