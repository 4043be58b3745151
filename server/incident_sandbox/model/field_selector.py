"""Field selectors: each resource supports a few fields only, and any other is refused as the real server does."""

from __future__ import annotations

from dataclasses import dataclass

from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import bad_request
from incident_sandbox.model.objects import Object, dig
from incident_sandbox.model.resources import Resource

_META = {"metadata.name": ("metadata", "name"), "metadata.namespace": ("metadata", "namespace")}


def _paths(*fields: str) -> dict[str, tuple[str, ...]]:
    return {field: tuple(field.split(".")) for field in fields}


_INVOLVED = ("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath")
_EXTRA: dict[Resource, dict[str, tuple[str, ...]]] = {
    r.PODS: _paths(
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.schedulerName",
        "spec.serviceAccountName",
        "spec.hostNetwork",
        "status.phase",
        "status.podIP",
        "status.nominatedNodeName",
    ),
    r.NODES: _paths("spec.unschedulable"),
    r.NAMESPACES: _paths("status.phase"),
    r.SECRETS: _paths("type"),
    r.REPLICA_SETS: _paths("status.replicas"),
    r.JOBS: _paths("status.successful"),
    r.SERVICES: _paths("spec.clusterIP", "spec.type"),
    r.EVENTS: {
        **_paths(*(f"involvedObject.{field}" for field in _INVOLVED)),
        **_paths("reason", "type", "reportingComponent"),
        "source": ("source", "component"),
    },
    r.EVENTS_V1: {
        **{f"regarding.{field}": ("regarding", field) for field in _INVOLVED},
        **_paths("reason", "type"),
        "reportingController": ("reportingController",),
    },
}


@dataclass(frozen=True, slots=True)
class FieldTerm:
    path: tuple[str, ...]
    value: str
    equal: bool

    def matches(self, obj: Object) -> bool:
        found = dig(obj, *self.path, default="")
        text = str(found).lower() if isinstance(found, bool) else str(found)
        if self.path[-1] in ("unschedulable", "hostNetwork") and not text:
            text = "false"
        return (text == self.value) is self.equal


FieldSelector = tuple[FieldTerm, ...]


def parse_field_selector(resource: Resource, text: str) -> FieldSelector:
    """Raises ApiError 400 for a field that this resource cannot be selected by."""
    known = {**_META, **_EXTRA.get(resource, {})}
    terms: list[FieldTerm] = []
    for part in filter(None, text.split(",")):
        field, operator, value = part.partition("!=" if "!=" in part else "=")
        value = value.removeprefix("=") if operator == "=" else value
        if not operator:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{part}'")
        if field not in known:
            raise bad_request(f"field label not supported: {field}")
        terms.append(FieldTerm(known[field], value, operator == "="))
    return tuple(terms)


def matches_fields(selector: FieldSelector, obj: Object) -> bool:
    return all(term.matches(obj) for term in selector)
