"""The checks an incident can run into: names, replica counts, selectors, images, immutable fields. Not all of them."""

from __future__ import annotations

import json
import re
from typing import Any

from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import invalid
from incident_sandbox.model.label_selector import matches, selector_of
from incident_sandbox.model.objects import Object, dig, name_of
from incident_sandbox.model.resources import Resource

Cause = tuple[str, str, str]
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LOOSE_NAMES = (r.ROLES, r.ROLE_BINDINGS, r.CLUSTER_ROLES, r.CLUSTER_ROLE_BINDINGS)
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_LABEL = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_LABEL_WORDS = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and "
    "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    f"'{_LABEL.pattern}')"
)
_TEMPLATED = (r.DEPLOYMENTS, r.REPLICA_SETS, r.STATEFUL_SETS, r.DAEMON_SETS)
IMMUTABLE = "field is immutable"


def invalid_value(field: str, value: Any, why: str) -> Cause:
    shown = json.dumps(value, separators=(",", ":"))
    return ("FieldValueInvalid", f"Invalid value: {shown}: {why}", field)


def validate(resource: Resource, old: Object | None, new: Object) -> None:
    """Raises ApiError 422 with all causes."""
    causes = [*_name(resource, new), *_labels(new), *_replicas(resource, new)]
    causes += [*_template(resource, new), *_images(resource, new)]
    if old is not None:
        causes += _immutable(resource, old, new)
    if causes:
        raise invalid(resource, name_of(new), *causes)


def wrong_type(resource: Resource, new: Object) -> str:
    """What Go's decoder says of a field of the wrong type, before any validation; the few that patches get wrong."""
    for field in ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"):
        value = dig(new, "spec", field)
        if resource in _TEMPLATED and value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            return _not_into(resource, f"spec.{field}", value, "int32")
    if resource is r.CONFIG_MAPS:
        for value in dig(new, "data", default={}).values():
            if not isinstance(value, str):
                return _not_into(resource, "data", value, "string")
    return ""


def _not_into(resource: Resource, field: str, value: Any, wanted: str) -> str:
    words = {"str": "string", "bool": "bool", "list": "array", "dict": "object"}
    found = words.get(type(value).__name__, "number")
    return f"json: cannot unmarshal {found} into Go struct field {resource.kind}.{field} of type {wanted}"


def _name(resource: Resource, new: Object) -> list[Cause]:
    name = name_of(new)
    if not name:
        return [("FieldValueRequired", "Required value: name or generateName is required", "metadata.name")]
    if resource not in _LOOSE_NAMES and not _SUBDOMAIN.fullmatch(name):
        return [invalid_value("metadata.name", name, _SUBDOMAIN_WORDS)]
    return []


def _labels(new: Object) -> list[Cause]:
    values = dig(new, "metadata", "labels", default={}).values()
    return [invalid_value("metadata.labels", value, _LABEL_WORDS) for value in values if not _LABEL.fullmatch(value)]


def _replicas(resource: Resource, new: Object) -> list[Cause]:
    count = dig(new, "spec", "replicas", default=0)
    if resource in _TEMPLATED and count < 0:
        return [invalid_value("spec.replicas", count, "must be greater than or equal to 0")]
    return []


def _template(resource: Resource, new: Object) -> list[Cause]:
    if resource not in _TEMPLATED:
        return []
    labels = dig(new, "spec", "template", "metadata", "labels", default={})
    selector = dig(new, "spec", "selector")
    causes: list[Cause] = [] if selector else [("FieldValueRequired", "Required value", "spec.selector")]
    if not selector or not matches(selector_of(selector), labels):
        why = "`selector` does not match template `labels`"
        causes.append(invalid_value("spec.template.metadata.labels", labels or None, why))
    return causes


def _images(resource: Resource, new: Object) -> list[Cause]:
    if resource is not r.PODS and resource not in _TEMPLATED:
        return []
    path = "spec" if resource is r.PODS else "spec.template.spec"
    containers = dig(new, *path.split("."), "containers", default=[])
    if not containers:
        return [("FieldValueRequired", "Required value", f"{path}.containers")]
    return [
        ("FieldValueRequired", "Required value", f"{path}.containers[{index}].{field}")
        for index, container in enumerate(containers)
        for field in ("name", "image")
        if not container.get(field)
    ]


def _immutable(resource: Resource, old: Object, new: Object) -> list[Cause]:
    causes: list[Cause] = []
    for field in ("name", "namespace", "uid"):
        before, after = dig(old, "metadata", field), dig(new, "metadata", field)
        if before != after:
            causes.append(invalid_value(f"metadata.{field}", after, IMMUTABLE))
    if resource in _TEMPLATED and dig(old, "spec", "selector") != dig(new, "spec", "selector"):
        causes.append(invalid_value("spec.selector", dig(new, "spec", "selector"), IMMUTABLE))
    if resource in (r.CONFIG_MAPS, r.SECRETS) and old.get("immutable") and old.get("data") != new.get("data"):
        causes.append(("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", "data"))
    return causes
