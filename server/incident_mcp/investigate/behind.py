"""Which workload stands behind a Service, and if none does, which one was probably meant."""

import difflib
from dataclasses import dataclass
from typing import Any

from incident_mcp.vocabulary.network_seen import OutlineSeen
from incident_mcp.vocabulary.observation import Observation, ServiceSeen, WorkloadSeen

ALIKE = 0.7
"""Two values or names that differ by a typing mistake."""


def selects(service: ServiceSeen, labels: dict[str, str], namespace: str | None) -> bool:
    return service.ref.namespace == namespace and service.selector.items() <= labels.items()


def labels_of(workload: WorkloadSeen) -> dict[str, str]:
    metadata: dict[str, Any] = workload.template.get("metadata") or {}
    return metadata.get("labels") or {}


def outlines_of(seen: Observation, service: ServiceSeen) -> list[OutlineSeen]:
    """Workloads, well or not, whose pods it selects."""
    return [each for each in seen.outlines if selects(service, each.labels, each.ref.namespace)]


def reached(seen: Observation, service: ServiceSeen) -> bool:
    """From outside: by itself, or through an Ingress."""
    return service.external or any(route.service == service.ref for route in seen.routes)


@dataclass(frozen=True, slots=True)
class Near:
    """The workload that was probably meant, and the one label that differs."""

    outline: OutlineSeen
    key: str
    wanted: str
    has: str | None


def nearest(seen: Observation, service: ServiceSeen) -> Near | None:
    """A workload of its namespace whose labels differ from the selector in one place, and not by accident: all other
    labels agree, or the value or the name is nearly the same. None where that is anybody's guess.
    """
    found = [
        near
        for outline in seen.outlines
        if outline.ref.namespace == service.ref.namespace and (near := _near(service, outline)) is not None
    ]
    return max(found, key=lambda near: _likeness(service, near), default=None)


def _near(service: ServiceSeen, outline: OutlineSeen) -> Near | None:
    differs = [key for key, value in service.selector.items() if outline.labels.get(key) != value]
    if len(differs) != 1:
        return None
    key, wanted = differs[0], service.selector[differs[0]]
    near = Near(outline, key, wanted, outline.labels.get(key))
    others_agree = len(service.selector) > 1
    same_name = outline.ref.name == service.ref.name
    return near if others_agree or same_name or _alike(wanted, near.has or "") >= ALIKE else None


def _likeness(service: ServiceSeen, near: Near) -> tuple[bool, float]:
    return near.outline.ref.name == service.ref.name, _alike(near.wanted, near.has or "")


def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other).ratio()
