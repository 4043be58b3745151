"""What can be said of one pod that may be why it fails and its sibling does not.

Each trait is a few words about the pod, so that equal words mean the same trait.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from incident_mcp.cluster.config_refs import config_refs
from incident_mcp.cluster.template_diff import short_image
from incident_mcp.text.fencing import plain
from incident_mcp.text.words import clock
from incident_mcp.vocabulary.node_traits import NodeTraits
from incident_mcp.vocabulary.observation import ConfigSeen, Observation, PodSeen, WorkloadSeen
from incident_mcp.vocabulary.untrusted import Untrusted

Family = Literal[
    "revision", "configuration", "image digest", "zone", "node pool", "capacity", "node image", "kubelet", "kernel",
    "runtime", "architecture", "instance type", "node",
]  # fmt: skip
PLACES: tuple[Family, ...] = (
    "zone", "node pool", "capacity", "node image", "kubelet", "kernel", "runtime", "architecture", "instance type",
    "node",
)  # fmt: skip
"""The families that speak of where a pod runs."""
_DIGEST = 19
"""Characters of a digest that are shown: `sha256:` and twelve."""
_WORD = 60


@dataclass(frozen=True, slots=True)
class Trait:
    """`says` and `again` make a sentence: *5 of 5 failing pods run in zone b, 0 of 7 healthy ones do*."""

    family: Family
    says: str
    again: str = "do"


class Traits:
    """The traits of the pods of one workload."""

    def __init__(self, seen: Observation, workload: WorkloadSeen) -> None:
        self._now = seen.at
        self._nodes = _known(seen)
        self._revisions = {each.controller: each.number for each in workload.revisions}
        used = set(config_refs(workload.template, workload.ref.namespace))
        self._configs = [each for each in seen.configs if each.ref in used and _edited(each)]

    def of(self, pod: PodSeen) -> frozenset[Trait]:
        return frozenset((*self._revision(pod), *self._configuration(pod), *_digests(pod), *self._place(pod)))

    def _revision(self, pod: PodSeen) -> Iterator[Trait]:
        if pod.revision:
            number = self._revisions.get(pod.controller or "")
            name = f"revision {number}" if number is not None else f"revision {pod.revision}"
            yield Trait("revision", f"are of {name}", "are")

    def _configuration(self, pod: PodSeen) -> Iterator[Trait]:
        """A program reads its environment when its container starts, and most read their files then too."""
        for config in self._configs:
            if config.changed is not None:
                side = "after" if started(pod) >= config.changed else "before"
                when = f"{clock(config.changed, self._now)} UTC"
                yield Trait("configuration", f"started {side} {config.ref} was edited at {when}", "did")

    def _place(self, pod: PodSeen) -> Iterator[Trait]:
        if not pod.node:
            return
        yield Trait("node", f"run on node {pod.node}")
        if (node := self._nodes.get(pod.node)) is not None:
            yield from _of_node(node)


def _known(seen: Observation) -> dict[str, NodeTraits]:
    """Nothing unless every node under the siblings is known: a zone that was not read would look like another one."""
    nodes = {node.name: node for node in seen.node_traits}
    return nodes if all(pod.node in nodes for pod in seen.siblings if pod.node) else {}


def _edited(config: ConfigSeen) -> bool:
    return config.exists and config.changed is not None and config.changed != config.created


def started(pod: PodSeen) -> datetime:
    """When its main containers last started."""
    times = [time for each in pod.containers if not each.init for time in (each.started, each.last_started) if time]
    return max(times, default=pod.created)


def _digests(pod: PodSeen) -> Iterator[Trait]:
    for each in pod.containers:
        if each.image_id and "@" not in each.image:
            yield Trait("image digest", f"run {short_image(each.image)} as {each.image_id[:_DIGEST]}")


def _of_node(node: NodeTraits) -> Iterator[Trait]:
    told: tuple[tuple[Family, str, str], ...] = (
        ("zone", "run in zone", node.zone),
        ("node pool", "run in node pool", node.pool),
        ("capacity", "run on capacity", node.capacity),
        ("architecture", "run on", node.architecture),
        ("instance type", "run on instance type", node.instance_type),
    )
    yield from (Trait(family, f"{verb} {value}") for family, verb, value in told if value)
    reported: tuple[tuple[Family, str, Untrusted], ...] = (
        ("kubelet", "run under kubelet", node.kubelet),
        ("node image", "run on node image", node.image),
        ("kernel", "run on kernel", node.kernel),
        ("runtime", "run under", node.runtime),
    )
    for family, verb, value in reported:
        if value:
            yield Trait(family, f"{verb} {plain(value, _WORD)}")
