"""Nodes, namespaces, events, configuration and roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incident_sandbox.model.objects import Object, condition_of, dig, labels_of, name_of
from incident_sandbox.model.timestamps import since
from incident_sandbox.tables.columns import AGE, NAME, Column, Table, age, texts, wide

ROLE = "node-role.kubernetes.io/"


def _node_state(obj: Object) -> str:
    ready = condition_of(obj, "Ready")
    state = "Unknown" if ready is None else "Ready" if ready["status"] == "True" else "NotReady"
    return f"{state},SchedulingDisabled" if dig(obj, "spec", "unschedulable") else state


def _address(obj: Object, kind: str) -> str:
    items = dig(obj, "status", "addresses", default=[])
    return next((item["address"] for item in items if item["type"] == kind), "<none>")


def _node(obj: Object, now: datetime) -> list[Any]:
    info = dig(obj, "status", "nodeInfo", default={})
    roles = sorted(key.removeprefix(ROLE) for key in labels_of(obj) if key.startswith(ROLE))
    kernel = info.get("kernelVersion") or "<unknown>"
    return [
        name_of(obj),
        _node_state(obj),
        ",".join(roles) or "<none>",
        age(obj, now),
        info.get("kubeletVersion", ""),
        _address(obj, "InternalIP"),
        _address(obj, "ExternalIP"),
        info.get("osImage") or "<unknown>",
        f"{kernel} ({info['architecture']})" if info.get("architecture") else kernel,
        info.get("containerRuntimeVersion") or "<unknown>",
    ]


def _namespace(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), dig(obj, "status", "phase", default=""), age(obj, now)]


def _event(obj: Object, now: datetime) -> list[Any]:
    first = since(obj.get("firstTimestamp") or obj.get("eventTime"), now)
    series: Object = dig(obj, "series", default={})
    last = since(series.get("lastObservedTime") or obj.get("lastTimestamp"), now)
    involved: Object = dig(obj, "involvedObject", default={})
    kind: str = involved.get("kind", "").lower()
    source: Object = dig(obj, "source", default={})
    component = source.get("component") or obj.get("reportingComponent", "")
    host = source.get("host") or obj.get("reportingInstance", "")
    return [
        first if last == "<unknown>" else last,
        obj.get("type", ""),
        obj.get("reason", ""),
        f"{kind}/{involved['name']}" if involved.get("name") else kind,
        involved.get("fieldPath", ""),
        f"{component}, {host}" if host else component,
        obj.get("message", "").strip(),
        first,
        series.get("count") or obj.get("count") or 1,
        name_of(obj),
    ]


def _config_map(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), len(obj.get("data") or {}) + len(obj.get("binaryData") or {}), age(obj, now)]


def _secret(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), obj.get("type", ""), len(obj.get("data") or {}), age(obj, now)]


def _binding(obj: Object, now: datetime) -> list[Any]:
    role = obj.get("roleRef", {})

    def subjects(kind: str) -> str:
        items = [item for item in dig(obj, "subjects", default=[]) if item["kind"] == kind]
        prefixed = kind == "ServiceAccount"
        return ", ".join(f"{item['namespace']}/{item['name']}" if prefixed else item["name"] for item in items)

    names = [subjects(kind) for kind in ("User", "Group", "ServiceAccount")]
    return [name_of(obj), f"{role.get('kind')}/{role.get('name')}", age(obj, now), *names]


def _role(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), dig(obj, "metadata", "creationTimestamp", default="")]


def _lease(obj: Object, now: datetime) -> list[Any]:
    return [name_of(obj), dig(obj, "spec", "holderIdentity", default=""), age(obj, now)]


NODES = Table(
    (
        NAME,
        *texts("Status", "Roles"),
        AGE,
        *texts("Version"),
        *wide("Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"),
    ),
    _node,
)
NAMESPACES = Table((NAME, *texts("Status"), AGE), _namespace)
EVENTS = Table(
    (
        *texts("Last Seen", "Type", "Reason", "Object"),
        *wide("Subobject", "Source"),
        *texts("Message"),
        *wide("First Seen", "Count"),
        Column("Name", priority=1, format="name"),
    ),
    _event,
)
CONFIG_MAPS = Table((NAME, *texts("Data"), AGE), _config_map)
SECRETS = Table((NAME, *texts("Type", "Data"), AGE), _secret)
BINDINGS = Table((NAME, *texts("Role"), AGE, *wide("Users", "Groups", "ServiceAccounts")), _binding)
ROLES = Table((NAME, *texts("Created At")), _role)
LEASES = Table((NAME, *texts("Holder"), AGE), _lease)
