"""An observation without what lies in namespaces that are being deleted: there, everything is on its way out.

An Ingress whose Service is gone already, a workload whose pods may not be made again: none of it is a fault. Whether
the namespace itself ever gets done is judged by what is seen of the namespace.
"""

from collections.abc import Collection
from typing import Any, cast

from incident_mcp.vocabulary.observation import Observation
from incident_mcp.vocabulary.refs import Ref

_NAMES = ("ref", "about", "ingress", "pod")
"""Fields that say which object a part of an observation is about."""


def staying(seen: Observation, leaving: Collection[str]) -> Observation:
    """As it is when nothing is being deleted, or when one workload is asked about."""
    if not leaving or seen.scope.workload is not None:
        return seen
    kept = {name: _kept(part, leaving) for name in Observation.model_fields if _holds(part := getattr(seen, name))}
    return seen.model_copy(update=kept)


def _holds(part: Any) -> bool:
    return isinstance(part, tuple) and bool(cast("tuple[Any, ...]", part))


def _kept(part: tuple[Any, ...], leaving: Collection[str]) -> tuple[Any, ...]:
    return tuple(each for each in part if _namespace(each) not in leaving)


def _namespace(thing: Any) -> str | None:
    """None for what belongs to the cluster: the namespaces themselves among it."""
    about = next((ref for name in _NAMES if isinstance(ref := getattr(thing, name, None), Ref)), None)
    return about.namespace if about else getattr(thing, "namespace", None)
