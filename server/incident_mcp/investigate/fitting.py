"""Where a pod may run by its own selector, affinity and tolerations: what the scheduler's numbers don't name.

A node is ruled out by the first filter that it fails, and taints come first. So `4 untolerated taints, 3 don't match`
says nothing of the one node that matches: only labels and taints tell whether its taint or a misspelled label is at
fault. (kubernetes/kubernetes, pkg/scheduler/framework/plugins: tainttoleration, nodeaffinity.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from incident_mcp.vocabulary.observation import PodSeen
from incident_mcp.vocabulary.places_seen import PlaceSeen, TaintSeen

_CONTROL = "node-role.kubernetes.io/"
_CORDONED = "node.kubernetes.io/unschedulable"


@dataclass(frozen=True, slots=True)
class Fit:
    """The nodes that a pod asks for, and those of them that would let it in."""

    matching: tuple[PlaceSeen, ...]
    open: tuple[PlaceSeen, ...]
    pod: PodSeen

    @property
    def cordoned(self) -> list[PlaceSeen]:
        """Those that only a cordon closes."""
        return [each for each in self.matching if each.unschedulable and not self.taints_of(each)]

    def taints_of(self, place: PlaceSeen) -> list[TaintSeen]:
        """What it does not tolerate there; a cordon is not counted."""
        return [each for each in untolerated(place, self.pod) if each.key != _CORDONED]


def fit(places: tuple[PlaceSeen, ...], pod: PodSeen) -> Fit | None:
    """None when nobody read the nodes."""
    if not places:
        return None
    workers = [each for each in places if not any(taint.key.startswith(_CONTROL) for taint in untolerated(each, pod))]
    matching = tuple(each for each in workers if _matches(each, pod.placing))
    entered = tuple(each for each in matching if not untolerated(each, pod) and not each.unschedulable)
    return Fit(matching, entered, pod)


def untolerated(place: PlaceSeen, pod: PodSeen) -> list[TaintSeen]:
    tolerations = cast("list[dict[str, Any]]", pod.placing.get("tolerations") or [])
    return [taint for taint in place.taints if not any(_tolerates(each, taint) for each in tolerations)]


def _tolerates(toleration: dict[str, Any], taint: TaintSeen) -> bool:
    if toleration.get("effect") not in (None, "", taint.effect):
        return False
    key = str(toleration.get("key") or "")
    if toleration.get("operator") == "Exists":
        return key in ("", taint.key)
    return key == taint.key and str(toleration.get("value") or "") == taint.value


def _matches(place: PlaceSeen, placing: dict[str, Any]) -> bool:
    selector: dict[str, str] = placing.get("nodeSelector") or {}
    if not selector.items() <= place.labels.items():
        return False
    terms = cast("list[dict[str, Any]] | None", placing.get("terms"))
    return terms is None or any(_term(place, term) for term in terms)


def _term(place: PlaceSeen, term: dict[str, Any]) -> bool:
    by_label = cast("list[dict[str, Any]]", term.get("matchExpressions") or [])
    by_field = cast("list[dict[str, Any]]", term.get("matchFields") or [])
    name = {"metadata.name": place.name}
    if not by_label and not by_field:
        return False
    return all(_holds(each, place.labels) for each in by_label) and all(_holds(each, name) for each in by_field)


def _holds(requirement: dict[str, Any], labels: dict[str, str]) -> bool:
    value = labels.get(str(requirement.get("key")))
    values = [str(each) for each in cast("list[Any]", requirement.get("values") or [])]
    known = _OPERATORS.get(str(requirement.get("operator")))
    return known is None or known(value, values)


def _number(value: str | None, values: list[str]) -> int:
    """How far above the one value: 0 where either is no number."""
    try:
        return int(value or "") - int(values[0])
    except (ValueError, IndexError):
        return 0


_OPERATORS: dict[str, Callable[[str | None, list[str]], bool]] = {
    "In": lambda value, values: value in values,
    "NotIn": lambda value, values: value not in values,
    "Exists": lambda value, _: value is not None,
    "DoesNotExist": lambda value, _: value is None,
    "Gt": lambda value, values: _number(value, values) > 0,
    "Lt": lambda value, values: _number(value, values) < 0,
}
