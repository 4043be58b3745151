"""The scheduler's message, taken apart: how many nodes each reason rules out. What is left out is quoted anyway.

The most nodes are not the cause: those that the pod never asked for are ruled out as well. Where labels and taints of
the nodes are known, they decide.
"""

import re
from dataclasses import dataclass, replace

from incident_mcp.investigate.fitting import Fit
from incident_mcp.investigate.kinds.kind import Kind
from incident_mcp.investigate.kinds.placing import (
    HOST_PORT_TAKEN,
    INSUFFICIENT,
    NO_MATCHING_NODE,
    NODES_CORDONED,
    TAINTED,
    UNSCHEDULABLE,
    VOLUME_ELSEWHERE,
)
from incident_mcp.text.words import listed
from incident_mcp.vocabulary.untrusted import Untrusted

_NO_LABELS = "no node with the labels it asks for"
NOT_BESIDE = "its affinity rules"
"""Nobody of those that it must stand beside runs anywhere that it may go."""
_EARLY = (TAINTED, NODES_CORDONED)
"""Filters that come before what a pod asks for: they rule out nodes that it never meant."""
_CONTROL = r"\{node-role\.kubernetes\.io/"
# kubernetes/kubernetes, pkg/scheduler/framework/plugins: each plugin's own words.
_REASONS: tuple[tuple[str, Kind, str], ...] = (
    (r"Insufficient cpu", INSUFFICIENT, "too little CPU"),
    (r"Insufficient memory", INSUFFICIENT, "too little memory"),
    (r"Insufficient (?!cpu|memory)\S", INSUFFICIENT, "too little of another resource"),
    (r"Too many pods", INSUFFICIENT, "the nodes hold no more pods"),
    (rf"node\(s\) had untolerated taint\S* (?!{_CONTROL})", TAINTED, "a taint that it does not tolerate"),
    (rf"node\(s\) had untolerated taint\S* {_CONTROL}", TAINTED, "the taint of the control plane"),
    (r"node\(s\) didn't match Pod's node affinity/selector", NO_MATCHING_NODE, _NO_LABELS),
    (r"node\(s\) didn't match pod anti-affinity rules", NO_MATCHING_NODE, "its anti-affinity rules"),
    (r"node\(s\) didn't satisfy existing pods anti-affinity", NO_MATCHING_NODE, "other pods' anti-affinity rules"),
    (r"node\(s\) didn't match pod affinity rules", NO_MATCHING_NODE, NOT_BESIDE),
    (r"node\(s\) didn't match pod topology spread constraints", NO_MATCHING_NODE, "its topology spread rules"),
    (r"node\(s\) didn't match the requested node name", NO_MATCHING_NODE, "no node of the name that it asks for"),
    (r"node\(s\) didn't have free ports", HOST_PORT_TAKEN, "a host port that is taken"),
    (r"node\(s\) had volume node affinity conflict", VOLUME_ELSEWHERE, "a volume that lives on other nodes"),
    (r"node\(s\) had no available volume zone", VOLUME_ELSEWHERE, "a volume that lives in another zone"),
    (
        r"node\(s\) didn't match PersistentVolume's node affinity",
        VOLUME_ELSEWHERE,
        "a volume that lives on other nodes",
    ),
    (r"node\(s\) unavailable due to one or more pvc\(s\) bound to", VOLUME_ELSEWHERE, "a volume that is gone"),
    (r"node\(s\) did not have enough free storage", VOLUME_ELSEWHERE, "no node with enough free storage"),
    (r"node\(s\) had no available disk", VOLUME_ELSEWHERE, "a disk that another pod uses"),
    (r"node\(s\) unavailable due to PersistentVolumeClaim with", VOLUME_ELSEWHERE, "a claim that another pod has"),
    (r"node\(s\) didn't match scheduler-enforced node affinity", NO_MATCHING_NODE, "the scheduler's own affinity"),
    (r"cannot allocate all claims", INSUFFICIENT, "no device that its resource claim fits"),
    (r"node\(s\) didn't find available persistent volumes", VOLUME_ELSEWHERE, "no volume that its claim fits"),
    (r"node\(s\) exceed max volume count", VOLUME_ELSEWHERE, "the nodes hold no more volumes"),
    (r"node\(s\) were unschedulable", NODES_CORDONED, "cordoned nodes"),
)
_TAINT = re.compile(rf"node\(s\) had untolerated taint\S* (?!{_CONTROL})\{{([^}}:]+):")
BY_CONDITION = "node.kubernetes.io/"
"""Taints that follow a node's own condition: not ready, unreachable, under pressure, cordoned."""


@dataclass(frozen=True, slots=True)
class Ruled:
    """One reason, and how many nodes it rules out."""

    kind: Kind
    words: str
    nodes: int
    taint: str = ""
    """Its key, where the reason is one."""
    on: str = ""
    """The node, where it is known."""

    @property
    def usual(self) -> bool:
        """The taint that keeps pods off the control plane: it is on every list, and nobody's fault."""
        return self.kind is TAINTED and "control plane" in self.words


def reasons(message: Untrusted) -> list[Ruled]:
    """Those of the most nodes first, and what is on every list last."""
    found: list[Ruled] = []
    for pattern, kind, words in _REASONS:
        number = message.identifiers(re.compile(rf"(\d+) {pattern}"))
        if number is None:
            continue
        ruled = Ruled(kind, words, int(number[0]))
        taint = message.identifiers(_TAINT) if kind is TAINTED and not ruled.usual else None
        if taint:
            ruled = replace(ruled, words=f"the taint {taint[0]}, which it does not tolerate", taint=taint[0])
        found.append(ruled)
    return sorted(found, key=lambda ruled: (ruled.usual, -ruled.nodes))


def decided(ruled: list[Ruled], where: Fit | None) -> list[Ruled]:
    """The same with what labels and taints of the nodes prove first, and without what they prove beside the point."""
    if where is None:
        return ruled
    if not where.matching:
        return sorted(ruled, key=lambda each: each.words != _NO_LABELS)
    if not where.open:
        return [_closed(where)]
    return [each for each in ruled if each.kind not in _EARLY and each.words != _NO_LABELS] or ruled


def _closed(where: Fit) -> Ruled:
    """All nodes that the pod asks for are closed to it: what closes them, by name."""
    if cordoned := where.cordoned:
        names = listed([each.name for each in cordoned], most=3)
        return Ruled(NODES_CORDONED, f"{names}, which it asks for, is cordoned", len(cordoned), on=cordoned[0].name)
    place = where.matching[0]
    taint = next(iter(sorted(where.taints_of(place), key=lambda each: not each.key.startswith(BY_CONDITION))))
    words = f"the taint {taint} of {place.name}, which it does not tolerate"
    return Ruled(TAINTED, words, len(where.matching), taint=taint.key, on=place.name)


def main_kind(ruled: list[Ruled]) -> Kind:
    return ruled[0].kind if ruled else UNSCHEDULABLE


def told(ruled: list[Ruled]) -> list[str]:
    """In words, without the control plane's taint where there is anything else to say."""
    return [each.words for each in ruled if not each.usual] or [each.words for each in ruled]
