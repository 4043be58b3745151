"""Findings as an answer shows them: outside text quoted, times short, nothing empty."""

from collections.abc import Sequence

from incident_mcp.investigate.find import find
from incident_mcp.investigate.log_evidence import SPREAD
from incident_mcp.investigate.silence import Silence
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock, count, listed
from incident_mcp.vocabulary.finding import Evidence, Finding, Gravity
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

EVIDENCE_SHOWN = 3


class FindingLine(Value):
    """One finding. `root` is true for the cause, false for what it breaks; evidence and next step are always there,
    also when they are empty: scripts rely on the keys.
    """

    code: str
    cause: str
    severity: Gravity
    target: Ref
    root: bool
    summary: str
    evidence: tuple[str, ...]
    next_step: str
    since: str | None = None


def finding_line(finding: Finding) -> FindingLine:
    return FindingLine(
        code=finding.code,
        cause=finding.cause,
        severity=finding.severity,
        target=finding.target,
        root=finding.root,
        summary=plain(finding.summary),
        since=f"{clock(finding.since)} UTC" if finding.since else None,
        evidence=tuple(evidence_words(one) for one in finding.evidence[:EVIDENCE_SHOWN]),
        next_step=plain(finding.next_step),
    )


def silenced_words(seen: Observation, silenced: Sequence[Silence]) -> str:
    """`2 findings silenced by the settings: INC404 and INC163`; empty when nothing is."""
    codes = [each.code for each in find(seen) if any(one.covers(each) for one in silenced)] if silenced else []
    if not codes:
        return ""
    return f"{count(len(codes), 'finding')} silenced by the settings: {listed(list(dict.fromkeys(codes)), most=5)}"


def evidence_line(evidence: tuple[Evidence, ...]) -> str:
    """The first sign, and in how many logs it stands: `log of x: «KeyError: 'Y'», once in each of 3 pods`."""
    first = evidence[0]
    spread = next((f", {plain(one.value)}" for one in evidence[1:] if one.source == SPREAD), "")
    return f"{first.source}: {plain(first.value)}{spread}"


def evidence_words(evidence: Evidence) -> str:
    """`log of checkout-7c9f8-x2k4p, previous instance: «KeyError: 'PAYMENT_URL'» (02:11:40 UTC)`."""
    at = f" ({clock(evidence.at)} UTC)" if evidence.at else ""
    return f"{evidence.source}: {plain(evidence.value)}{at}"
