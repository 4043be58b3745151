"""The environment of a container, put together as the kubelet does: envFrom first, then env, later ones winning."""

from __future__ import annotations

import base64
from typing import Any

from incident_sandbox.kubelet.programs import Environment
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig, namespace_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.store.store import Store

_SOURCES: dict[str, tuple[Resource, str]] = {
    "configMapRef": (r.CONFIG_MAPS, "configmap"),
    "secretRef": (r.SECRETS, "secret"),
    "configMapKeyRef": (r.CONFIG_MAPS, "configmap"),
    "secretKeyRef": (r.SECRETS, "secret"),
}


class MissingReference(Exception):
    """A ConfigMap, Secret or key that is not optional does not exist: the container is not even created."""


def resolve_environment(store: Store, pod: Object, container: Object) -> Environment:
    """Raises MissingReference with the kubelet's message."""
    environment: Environment = {}
    for source in dig(container, "envFrom", default=[]):
        kind = next(name for name in source if name in _SOURCES)
        data = _data(store, pod, kind, source[kind])
        environment |= {source.get("prefix", "") + key: value for key, value in data.items()}
    for variable in dig(container, "env", default=[]):
        value = _value(store, pod, variable)
        if value is not None:
            environment[variable["name"]] = value
    return environment


def _value(store: Store, pod: Object, variable: Object) -> str | None:
    source = variable.get("valueFrom")
    if not source:
        return str(variable.get("value", ""))
    if "fieldRef" in source:
        return str(dig(pod, *source["fieldRef"]["fieldPath"].split("."), default=""))
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if kind in source:
            reference = source[kind]
            data = _data(store, pod, kind, reference)
            if reference["key"] not in data and not reference.get("optional"):
                what = f"{namespace_of(pod)}/{reference['name']}"
                raise MissingReference(f"couldn't find key {reference['key']} in {_SOURCES[kind][0].kind} {what}")
            return data.get(reference["key"])
    return ""


def _data(store: Store, pod: Object, kind: str, reference: Object) -> dict[str, str]:
    resource, word = _SOURCES[kind]
    found = store.get(resource, namespace_of(pod), reference["name"])
    if found is None:
        if reference.get("optional"):
            return {}
        raise MissingReference(f'{word} "{reference["name"]}" not found')
    data: dict[str, Any] = found.get("data") or {}
    if resource is r.SECRETS:
        return {key: base64.b64decode(value).decode() for key, value in data.items()}
    return data
