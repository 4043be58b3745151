"""Changes ranked by how likely each explains the fault: near to the onset, and near to what fails.

A change after the onset explains nothing. With nothing failing there is no suspect, and the newest comes first.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from incident_mcp.assess.assessment import Onset
from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.vocabulary.change import CREATED, ChangeSeen
from incident_mcp.vocabulary.finding import Chain
from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

Relation = Literal["fails", "its configuration", "suffers", "carries it", "same namespace", "elsewhere"]

_WEIGHT: dict[Relation, float] = {
    "fails": 8,
    "its configuration": 8,
    "suffers": 4,
    "carries it": 4,
    "same namespace": 2,
    "elsewhere": 1,
}
_ACTS = 2.0
"""A policy, quota, webhook or feature flag acts on all that is in its namespace."""
_ACTING = ("policy", "flag")
_MADE = 0.5
"""What was only made then did not change anything that had worked."""
HALF = timedelta(minutes=10)
"""A change this long before the onset counts half."""
SLACK = timedelta(seconds=2)
"""The API server dates to whole seconds."""
_AFTER = 0.02
"""What is left of a change that came after the onset."""


class Suspect(Value):
    """One change, and how it stands to what fails."""

    change: ChangeSeen
    relation: Relation = "elsewhere"
    before_onset: timedelta | None = None
    """Negative: it came after. None: the onset is not known, or nothing fails."""
    score: float = 0


def rank(
    changes: Iterable[ChangeSeen], seen: Observation, chains: list[Chain], onset: Onset | None
) -> tuple[Suspect, ...]:
    """The likeliest first; each change once, by its latest time."""
    latest: dict[tuple[Ref, str], ChangeSeen] = {}
    for change in sorted(changes, key=lambda each: each.at):
        latest[change.target, change.text] = change
    if not chains:
        return tuple(Suspect(change=each) for each in sorted(latest.values(), key=lambda each: each.at, reverse=True))
    near = _Nearness(seen, chains)
    suspects = [_suspect(each, near.relation(each.target), onset, seen.at) for each in latest.values()]
    return tuple(sorted(suspects, key=lambda each: (-each.score, -each.change.at.timestamp())))


def _suspect(change: ChangeSeen, relation: Relation, onset: Onset | None, now: datetime) -> Suspect:
    lead = (onset.at if onset else now) - change.at
    closeness = 1 / (1 + max(lead, timedelta()) / HALF) if lead >= -SLACK else _AFTER
    return Suspect(
        change=change,
        relation=relation,
        before_onset=lead if onset else None,
        score=_weight(change, relation) * closeness,
    )


def _weight(change: ChangeSeen, relation: Relation) -> float:
    if change.kind in _ACTING:
        return _WEIGHT[relation] * _ACTS
    made = change.text == CREATED and relation != "same namespace"
    return _WEIGHT[relation] * (_MADE if made else 1)


class _Nearness:
    """What fails, what it takes its configuration from, what it breaks, and where it runs."""

    def __init__(self, seen: Observation, chains: list[Chain]) -> None:
        self._fails = {each.target for chain in chains for each in (chain.root, *chain.symptoms)}
        self._suffers = {each.target for chain in chains for each in chain.breaks}
        failing = [each for each in seen.workloads if each.ref in self._fails]
        self._configs = {ref for each in failing for ref in config_refs(each.template, each.ref.namespace)}
        self._nodes = {pod.node for pod in seen.pods if pod.owner in self._fails}
        self._namespaces = {ref.namespace for ref in self._fails}

    def relation(self, target: Ref) -> Relation:
        if target in self._fails:
            return "fails"
        if target in self._configs:
            return "its configuration"
        if target in self._suffers:
            return "suffers"
        if target.kind == "Node" and target.name in self._nodes:
            return "carries it"
        return "same namespace" if target.namespace and target.namespace in self._namespaces else "elsewhere"
