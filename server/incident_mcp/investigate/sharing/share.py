"""The trait that separates the pods of one workload that fail from those that are well, where one does.

It must hold for nearly all that fail and nearly none that is well, and be no accident: Fisher's exact test says how
often chance alone would split so many pods so cleanly. A revision, a configuration or an image digest is often the
cause, so little is enough for them; a place out of ten that pods could share must be surer.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from math import comb
from typing import get_args

from incident_mcp.investigate.rules.crash_loop import crashes
from incident_mcp.investigate.sharing.traits import PLACES, Family, Trait, Traits
from incident_mcp.investigate.sufferers import recent, workload_of
from incident_mcp.vocabulary.observation import Observation, PodSeen
from incident_mcp.vocabulary.refs import Ref
from incident_mcp.vocabulary.value import Value

MOSTLY = 0.8
"""Of the failing pods, the share that must have it."""
HARDLY = 0.1
"""Of the healthy pods, the share that may have it."""
_CHANCE: dict[Family, float] = {"revision": 0.5, "image digest": 0.5, "configuration": 0.2}
_PLACE_CHANCE = 0.05
STARTING = timedelta(seconds=60)
"""A pod that is younger may simply not be there yet."""
ALSO = 2
"""Other traits that split the pods alike and are named beside the first."""
_CREATING = ("ContainerCreating", "PodInitializing", "")


class Share(Value):
    """One trait, and how many of the failing and of the healthy pods have it."""

    target: Ref
    family: Family
    says: str
    again: str = "do"
    failing_with: int
    failing: int
    healthy_with: int
    healthy: int
    also: tuple[str, ...] = ()
    """Traits that split the pods exactly alike: *run in node pool spot*."""

    @property
    def is_place(self) -> bool:
        return self.family in PLACES

    @property
    def counts(self) -> str:
        """`5 of 5 failing pods, 0 of 7 healthy ones`."""
        return f"{self.failing_with} of {self.failing} failing pods, {self.healthy_with} of {self.healthy} healthy ones"

    @property
    def text(self) -> str:
        """`5 of 5 failing pods run in zone b, 0 of 7 healthy ones do`."""
        failing = f"{self.failing_with} of {self.failing} failing pods {self.says}"
        alike = f"; they also {' and '.join(self.also)}" if self.also else ""
        return f"{failing}, {self.healthy_with} of {self.healthy} healthy ones {self.again}{alike}"


def share_of(seen: Observation, target: Ref) -> Share | None:
    """Of one workload whose siblings were read; None where nothing separates its pods, or all of them fail."""
    workload = workload_of(seen, target)
    pods = [pod for pod in seen.siblings if pod.owner == target and not pod.deleting]
    if workload is None or not pods:
        return None
    failing = [pod for pod in pods if fails(seen, pod)]
    healthy = [pod for pod in pods if pod.ready and pod not in failing]
    if not failing or not healthy:
        return None
    traits = Traits(seen, workload)
    return _best(target, [traits.of(pod) for pod in failing], [traits.of(pod) for pod in healthy])


def fails(seen: Observation, pod: PodSeen) -> bool:
    """It ends again and again, is refused, or has had time to become ready and is not."""
    if any(crashes(each, seen.at) for each in pod.containers):
        return True
    if pod.ready or pod.phase == "Succeeded":
        return False
    refused = any(each.state == "waiting" and each.reason not in _CREATING for each in pod.containers)
    return refused or not recent(pod.ready_since or pod.created, seen.at, STARTING)


def _best(target: Ref, failing: Sequence[frozenset[Trait]], healthy: Sequence[frozenset[Trait]]) -> Share | None:
    splits = [
        Share(
            target=target,
            family=trait.family,
            says=trait.says,
            again=trait.again,
            failing_with=_having(failing, trait),
            failing=len(failing),
            healthy_with=_having(healthy, trait),
            healthy=len(healthy),
        )
        for trait in {trait for traits in failing for trait in traits}
    ]
    kept = sorted((each for each in splits if _separates(each)), key=_order)
    if not kept:
        return None
    first = kept[0]
    alike = [each.says for each in kept[1:] if _counts(each) == _counts(first) and each.family != first.family]
    return first.model_copy(update={"also": tuple(alike[:ALSO])})


def _having(pods: Iterable[frozenset[Trait]], trait: Trait) -> int:
    return sum(trait in traits for traits in pods)


def _separates(split: Share) -> bool:
    clean = split.failing_with >= MOSTLY * split.failing and split.healthy_with <= HARDLY * split.healthy
    return clean and chance(split) <= _CHANCE.get(split.family, _PLACE_CHANCE)


def chance(split: Share) -> float:
    """How likely at least so many of the failing pods have the trait if it had nothing to do with it (Fisher, one
    side): the tail of the hypergeometric distribution.
    """
    having, everyone = split.failing_with + split.healthy_with, split.failing + split.healthy
    most = min(having, split.failing)
    ways = sum(
        comb(having, number) * comb(everyone - having, split.failing - number)
        for number in range(split.failing_with, most + 1)
    )
    return ways / comb(everyone, split.failing)


def _order(split: Share) -> tuple[float, int]:
    """The cleanest split first; of equal ones, what is more often the cause."""
    unclean = (1 - split.failing_with / split.failing) + split.healthy_with / split.healthy
    return unclean, get_args(Family).index(split.family)


def _counts(split: Share) -> tuple[int, int]:
    return split.failing_with, split.healthy_with
