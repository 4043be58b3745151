"""An object without what nobody reads at night, and without values that may be secret.

Gone: managed fields, last-applied configurations (they hold a Secret's values), defaults of the kubelet. Values of
environment variables, and of any field whose name sounds secret, are masked together with their names. A ConfigMap
shows how long each value is, a Secret nothing but its metadata.
"""

import re
from typing import Any, cast

from incident_mcp.cluster.json_parts import Json, part
from incident_mcp.text.flat import called
from incident_mcp.text.masking import mask
from incident_mcp.vocabulary.errors import BadRequest

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_ALWAYS = frozenset({"managedFields", _LAST_APPLIED})
_NOISE = _ALWAYS | {
    "uid", "resourceVersion", "generation", "generateName", "selfLink", "observedGeneration", "lastHeartbeatTime",
    "terminationMessagePath", "terminationMessagePolicy", "imagePullPolicy", "schedulerName", "enableServiceLinks",
    "tolerations", "preemptionPolicy", "priority", "securityContext", "imageID", "containerID", "dnsPolicy", "hostIPs",
    "podIPs", "podCIDRs", "images", "systemUUID", "machineID", "bootID", "daemonEndpoints", "lastUpdateTime",
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9_./-]{1,100}")
_STEP = re.compile(r"\[([^\]]+)\]|[^.\[\]]+")
"""`spec.containers[checkout].image`, `metadata.labels[app.kubernetes.io/name]`."""
_VALUES = ("data", "binaryData", "stringData")


def short_form(thing: Json, *, field: str = "") -> Any:
    """All of it in short, or one field in full (`spec.template`). Raises `BadRequest` with the fields there are."""
    kind = str(thing.get("kind", ""))
    if kind in ("Secret", "PartialObjectMetadata"):
        thing = {key: value for key, value in thing.items() if key not in _VALUES}
        thing["metadata"] = {**part(thing, "metadata"), "annotations": list(part(thing, "metadata", "annotations"))}
    if kind == "ConfigMap":
        thing = {**thing, **{name: _sizes(part(thing, name)) for name in _VALUES if name in thing}}
    # Masked as a whole first: a value alone does not tell that its name sounds secret.
    kept = _kept(thing, _ALWAYS if field else _NOISE)
    return _at(kept, field) if field else {key: kept[key] for key in kept if key not in ("kind", "apiVersion")}


def _sizes(values: Json) -> list[str]:
    return [f"{name} ({len(str(value))} characters)" for name, value in values.items()]


def _at(thing: Json, field: str) -> Any:
    here: Any = thing
    for match in _STEP.finditer(field):
        step, fields = match[1] or match[0], _fields(here)
        if step not in fields:
            there = ", ".join(name for name in fields if _PLAIN.fullmatch(name))
            raise BadRequest(f"There is no field {field[:80]}.", f"Instead of {step[:40]} there are: {there[:300]}.")
        here = fields[step]
    return here


def _fields(value: Any) -> Json:
    """What can be named below a value; items of a list by their number or their name."""
    if not isinstance(value, list):
        return cast("Json", value) if isinstance(value, dict) else {}
    listed = cast("list[Any]", value)
    return {called(item) or str(number): item for number, item in enumerate(listed)} | {
        str(number): item for number, item in enumerate(listed)
    }


def _kept(value: Any, drop: frozenset[str], name: str = "") -> Any:
    if isinstance(value, dict):
        return _kept_fields(cast("Json", value), drop)
    if isinstance(value, list):
        kept = [_kept(one, drop, name) for one in cast("list[Any]", value)]
        return [one for one in kept if one not in ({}, [], None, "")]
    return _masked(name, value) if isinstance(value, str) else value


def _kept_fields(fields: Json, drop: frozenset[str]) -> Json:
    """An environment variable's value is known for a secret by the variable's name, not by the word *value*."""
    owner = str(fields.get("name", "")) if "value" in fields else ""
    kept = {
        key: _kept(value, drop, owner if key == "value" else key) for key, value in fields.items() if key not in drop
    }
    return {key: value for key, value in kept.items() if value not in ({}, [], None, "")}


def _masked(name: str, value: str) -> str:
    return mask(f"{name}={value}").removeprefix(f"{name}=") if name else mask(value)
