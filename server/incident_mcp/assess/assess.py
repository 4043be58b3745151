"""The whole assessment of one look: pure, over the observation, the findings and what was seen before."""

from collections.abc import Mapping, Sequence

from incident_mcp.assess.alerts import alerts_about
from incident_mcp.assess.assessment import Assessment, Change, Onset, Row, Trend
from incident_mcp.assess.changes import changes
from incident_mcp.assess.decision import decide
from incident_mcp.assess.impact import HOSTS, ROUTES, impact
from incident_mcp.assess.onset import onset
from incident_mcp.assess.severity import propose
from incident_mcp.assess.trend import EarlierLook, by_error_rate, trend
from incident_mcp.investigate.find import find_chains
from incident_mcp.investigate.kinds.network import NO_ENDPOINTS
from incident_mcp.investigate.silence import Silence
from incident_mcp.vocabulary.finding import Chain, Finding
from incident_mcp.vocabulary.observation import Observation, PodGroup
from incident_mcp.vocabulary.refs import Ref


def assess(
    seen: Observation,
    *,
    earlier: Mapping[str, Sequence[EarlierLook]] | None = None,
    silenced: Sequence[Silence] = (),
    chains: Sequence[Chain] | None = None,
) -> Assessment:
    """`earlier` are counts at earlier looks by workload (as text): the trend compares those of the worst root's. What
    is only a notice is nobody's incident, and what somebody silenced is left out.

    `chains`, where somebody has chosen among them already.
    """
    found = find_chains(seen, silenced) if chains is None else chains
    chains = [chain for chain in found if chain.worst != "notice"]
    first = chains[0] if chains else None
    began = onset(seen, first) if first else None
    changed = changes(seen, chains, began)
    hurt = impact(seen, chains)
    return Assessment(
        cluster=seen.cluster,
        scope=seen.scope,
        at=seen.at,
        took=seen.took,
        totals=seen.totals,
        rows=tuple(_row(seen, chain, changed) for chain in chains),
        noted=tuple(chain.root for chain in found if chain.worst == "notice"),
        onset=began,
        changes=changed,
        trend=_trend(seen, first, began, earlier or {}) if first else None,
        severity=propose(seen, chains, hurt),
        impact=hurt,
        decision=decide(seen, first, began, changed) if first else None,
        metrics=seen.metrics,
        looked_at=seen.looked_at,
        not_checked=seen.not_checked,
        blind=seen.blind,
    )


def _trend(seen: Observation, chain: Chain, began: Onset | None, earlier: Mapping[str, Sequence[EarlierLook]]) -> Trend:
    counts = trend(seen, chain.subject, began, earlier.get(str(chain.subject), ()))
    return by_error_rate(seen, chain.subject, counts)


def _row(seen: Observation, chain: Chain, changed: tuple[Change, ...]) -> Row:
    began = onset(seen, chain)
    return Row(
        target=chain.root.target,
        state=state_of(seen, chain.subject),
        since=began.at if began else chain.root.since,
        cause=chain.root,
        symptoms=chain.symptoms,
        evidence=chain.root.evidence,
        changed=next((each for each in changed if each.target in (chain.root.target, chain.subject)), None),
        alerts=alerts_about(seen, chain),
        breaks=" -> ".join(broken_words(each) for each in chain.breaks),
        chain=chain,
    )


def state_of(seen: Observation, target: Ref) -> str:
    """`0 of 3 ready, 3 pods in CrashLoopBackOff`; the commonest state of its pods, in the table's own words."""
    workload = next((each for each in seen.workloads if each.ref == target), None)
    counts = [f"{workload.ready} of {workload.desired} ready"] if workload else []
    groups = sorted((group for group in seen.groups if group.owner == target), key=lambda group: -group.count)
    return ", ".join([*counts, *(_group(group) for group in groups[:2])]) or "not well"


def _group(group: PodGroup) -> str:
    pods = "1 pod" if group.count == 1 else f"{group.count} pods"
    return f"{pods} running, not ready" if group.status == "Running" else f"{pods} in {group.status}"


def broken_words(finding: Finding) -> str:
    """One link of the chain, short: a route by what users ask for, anything else by its name."""
    if finding.code in (*ROUTES, *HOSTS):
        return f"{finding.target.kind} {finding.summary.partition(':')[0]}"
    if finding.code == NO_ENDPOINTS.code:
        return f"{finding.target} has no endpoints"
    return f"{finding.target}: {finding.summary}"
