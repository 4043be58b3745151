"""JSON pointers (RFC 6901) into objects, and the facts and `test` operations made from them."""

import hashlib
import json
from typing import Any, cast

from incident_mcp.vocabulary.plan import Fact, canonical

REVISION = "/metadata/annotations/deployment.kubernetes.io~1revision"
UID = "/metadata/uid"
TEMPLATE = "/spec/template"

_LONGEST_INLINE = 200


def value_at(document: Any, pointer: str) -> Any:
    """The value that a pointer names; None when there is none."""
    for key in keys(pointer):
        document = _inner(document, key)
    return document


def keys(pointer: str) -> list[str]:
    """The parts of a pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _inner(document: Any, key: str) -> Any:
    if isinstance(document, list) and key.isdecimal() and int(key) < len(cast("list[Any]", document)):
        return cast("list[Any]", document)[int(key)]
    return cast("dict[str, Any]", document).get(key) if isinstance(document, dict) else None


def owned_path(document: Any, pointer: str) -> list[str]:
    """The parts of a pointer as managed fields spell them: an item of a list by its name, not by its place."""
    spelled: list[str] = []
    within = document
    for key in keys(pointer):
        inner = _inner(within, key)
        name = _inner(inner, "name") if isinstance(within, list) else None
        spelled.append(f"k:{json.dumps({'name': name}, separators=(',', ':'))}" if name else key)
        within = inner
    return spelled


def escaped(key: str) -> str:
    """A key as a part of a pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def fact(document: Any, pointer: str, shown: str) -> Fact:
    """A field as a plan's fact. A long value is kept as its SHA-256: it is compared, not shown."""
    value = value_at(document, pointer)
    encoded = canonical(value)
    if len(encoded) > _LONGEST_INLINE:
        value = f"sha256:{hashlib.sha256(encoded).hexdigest()}"
    return Fact(pointer=pointer, value=value, shown=shown)


def same_template(workload: Any) -> Fact:
    """That no newer revision rolls out: what was proposed for the pods of one is not meant for those of another."""
    return fact(workload, TEMPLATE, "the same pod template")


def tests(document: Any, pointers: tuple[str, ...]) -> list[dict[str, Any]]:
    """JSON-patch `test` operations on what the document holds now: the API server checks them as it writes."""
    return [{"op": "test", "path": pointer, "value": value_at(document, pointer)} for pointer in pointers]


def replace(pointer: str, value: Any) -> dict[str, Any]:
    return {"op": "replace", "path": pointer, "value": value}


def put(document: Any, pointer: str, value: Any) -> list[dict[str, Any]]:
    """Test the field as it is, then set it; None takes it away. `add` replaces what is there (RFC 6902, 4.1).

    A `test` for null passes where the field is missing (evanphx/json-patch, which the API server uses), but not where
    what it lies in is missing too: then that is put.
    """
    outer, _, last = pointer.rpartition("/")
    if outer and value is not None and value_at(document, outer) is None:
        return put(document, outer, {keys(f"/{last}")[0]: value})
    now = value_at(document, pointer)
    change = {"op": "remove", "path": pointer} if value is None else {"op": "add", "path": pointer, "value": value}
    return [{"op": "test", "path": pointer, "value": now}, change]


def same(found: Any, wanted: Any) -> bool:
    """Equal, where the API server leaves out what is zero, empty or false (a scale's `replicas: 0`)."""
    return _filled(found) == _filled(wanted)


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        filled = {key: _filled(each) for key, each in cast("dict[str, Any]", value).items()}
        return {key: each for key, each in filled.items() if each is not None} or None
    if isinstance(value, list):
        return [_filled(each) for each in cast("list[Any]", value)] or None
    return value or None
