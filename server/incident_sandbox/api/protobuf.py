"""The few protobuf bodies that kubectl sends where it could send JSON: reviews, evictions, ConfigMaps, Secrets.

Kubernetes wraps a message in an envelope that names its type. Only the fields listed here are understood; a message of
another kind is refused with 415, as a server without protobuf would.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, cast

from incident_sandbox.model.errors import bad_request, unsupported_media_type
from incident_sandbox.model.objects import Object

MAGIC = b"k8s\x00"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: Any = "string"
    """`string`, `bytes`, `bool`, `int`, `map`, `bytesmap`, or the fields of a message."""
    repeated: bool = False


Message = dict[int, Field]

_META: Message = {
    1: Field("name"),
    2: Field("generateName"),
    3: Field("namespace"),
    5: Field("uid"),
    6: Field("resourceVersion"),
    11: Field("labels", "map"),
    12: Field("annotations", "map"),
}
_RESOURCE: Message = {
    number: Field(name)
    for number, name in enumerate(("namespace", "verb", "group", "version", "resource", "subresource", "name"), 1)
}
_PATH: Message = {1: Field("path"), 2: Field("verb")}
_ACCESS: Message = {1: Field("resourceAttributes", _RESOURCE), 2: Field("nonResourceAttributes", _PATH)}
_SUBJECT: Message = {**_ACCESS, 3: Field("user"), 4: Field("groups", repeated=True)}
_PRECONDITIONS: Message = {1: Field("uid"), 2: Field("resourceVersion")}
_DELETION: Message = {
    1: Field("gracePeriodSeconds", "int"),
    2: Field("preconditions", _PRECONDITIONS),
    3: Field("orphanDependents", "bool"),
    4: Field("propagationPolicy"),
    5: Field("dryRun", repeated=True),
}


def _with_meta(fields: Message) -> Message:
    return {1: Field("metadata", _META), **fields}


_MESSAGES: dict[str, Message] = {
    "SelfSubjectAccessReview": _with_meta({2: Field("spec", _ACCESS)}),
    "SelfSubjectRulesReview": _with_meta({2: Field("spec", {1: Field("namespace")})}),
    "SubjectAccessReview": _with_meta({2: Field("spec", _SUBJECT)}),
    "SelfSubjectReview": _with_meta({}),
    "Eviction": _with_meta({2: Field("deleteOptions", _DELETION)}),
    "DeleteOptions": _DELETION,
    "ConfigMap": _with_meta(
        {2: Field("data", "map"), 3: Field("binaryData", "bytesmap"), 4: Field("immutable", "bool")}
    ),
    "Secret": _with_meta({2: Field("data", "bytesmap"), 3: Field("type"), 4: Field("stringData", "map")}),
    "Namespace": _with_meta({}),
}
_ENVELOPE: Message = {1: Field("type", {1: Field("apiVersion"), 2: Field("kind")}), 2: Field("raw", "bytes")}


def decode_protobuf(body: bytes) -> Object:
    """Raises ApiError 415 for a kind that is not known here, 400 for what is no protobuf."""
    if not body.startswith(MAGIC):
        raise bad_request("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
    try:
        envelope = _read(body[len(MAGIC) :], _ENVELOPE)
        head: Object = envelope.get("type", {})
        message = _MESSAGES.get(head.get("kind", ""))
        if message is None:
            raise unsupported_media_type()
        return {**head, **_read(base64.b64decode(envelope.get("raw", "")), message)}
    except (IndexError, UnicodeDecodeError) as error:
        raise bad_request(f"unable to decode protobuf: {error}") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _read(data: bytes, message: Message) -> Object:
    found: Object = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: Any
        if tag & 7 == 0:
            value, at = _varint(data, at)
        elif tag & 7 == 2:
            length, at = _varint(data, at)
            value, at = data[at : at + length], at + length
        else:  # fixed 64 or 32 bits: nothing here has them
            at += 8 if tag & 7 == 1 else 4
            continue
        field = message.get(tag >> 3)
        if field is not None:
            _set(found, field, value)
    return found


def _set(found: Object, field: Field, value: Any) -> None:
    if field.kind in ("map", "bytesmap"):
        inner = "bytes" if field.kind == "bytesmap" else "string"
        entry = _read(value, {1: Field("key"), 2: Field("value", inner)})
        found.setdefault(field.name, {})[entry.get("key", "")] = entry.get("value", "")
    elif field.repeated:
        found.setdefault(field.name, []).append(_convert(field.kind, value))
    else:
        converted = _convert(field.kind, value)
        if converted not in ("", {}):
            found[field.name] = converted


def _convert(kind: Any, value: Any) -> Any:
    if isinstance(kind, dict):
        return _read(value, cast("Message", kind))
    match kind:
        case "string":
            return value.decode()
        case "bytes":
            return base64.b64encode(value).decode()
        case "bool":
            return bool(value)
        case _:
            return value
