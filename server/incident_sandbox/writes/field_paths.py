"""Sets of fields in the `fieldsV1` form: nested maps of `f:name`, and `k:{"name":"web"}` for items of keyed lists."""

from __future__ import annotations

import json
from typing import Any, cast

from incident_sandbox.writes.merge_keys import list_keys

Fields = dict[str, Any]
"""A leaf is an empty map; `.` stands for the map or item itself."""


_BARE = {"", "metadata", "spec", "status", "template", "strategy", "updateStrategy", "containers"}
"""Maps and lists that are always there, so that nobody owns their existence."""
_ATOMIC = {
    "selector",
    "labelSelector",
    "podSelector",
    "namespaceSelector",
    "fieldRef",
    "configMapKeyRef",
    "secretKeyRef",
}


def all_fields(value: Any, field: str = "") -> Fields:
    """Every field of `value`, which is the content of the field named `field`."""
    if isinstance(value, dict) and value and field not in _ATOMIC:
        own: Fields = {} if field in _BARE else {".": {}}
        return own | {f"f:{key}": all_fields(item, key) for key, item in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        items = cast("list[Any]", value)
        keys = list_keys(field, items)
        if keys:
            own: Fields = {} if field in _BARE else {".": {}}
            return own | {_item(keys, item): {".": {}, **all_fields(item)} for item in items}
    return {}


def changed_fields(old: Any, new: Any, field: str = "") -> tuple[Fields, Fields]:
    """What `new` sets that `old` had not or had otherwise, and what of `old` is gone."""
    if isinstance(old, dict) and isinstance(new, dict) and field not in _ATOMIC:
        return _changed_map(cast("dict[str, Any]", old), cast("dict[str, Any]", new))
    if isinstance(old, list) and isinstance(new, list):
        before, after = cast("list[Any]", old), cast("list[Any]", new)
        keys = list_keys(field, after)
        if keys and keys == list_keys(field, before):
            one = {_item(keys, item): item for item in before}
            other = {_item(keys, item): item for item in after}
            return _changed(one, other, dict.fromkeys((*one, *other), ""), item=True)
    return {}, {}


def _changed_map(old: dict[str, Any], new: dict[str, Any]) -> tuple[Fields, Fields]:
    one = {f"f:{key}": value for key, value in old.items()}
    other = {f"f:{key}": value for key, value in new.items()}
    return _changed(one, other, {f"f:{key}": key for key in (*old, *new)}, item=False)


def _changed(old: dict[str, Any], new: dict[str, Any], names: dict[str, str], *, item: bool) -> tuple[Fields, Fields]:
    added: Fields = {}
    removed: Fields = {}
    for key, value in new.items():
        if key not in old:
            added[key] = {".": {}, **all_fields(value)} if item else all_fields(value, names[key])
        elif old[key] is not value and old[key] != value:
            more, less = changed_fields(old[key], value, names[key])
            if more or not less:
                added[key] = more
            if less:
                removed[key] = less
    removed |= {key: {} for key in old if key not in new}  # a leaf here takes all that lies below it
    return added, removed


def _item(keys: tuple[str, ...], item: Any) -> str:
    identity = {key: item[key] for key in keys if key in item}
    return "k:" + json.dumps(identity, separators=(",", ":"), sort_keys=True)


def union(left: Fields, right: Fields) -> Fields:
    merged = dict(left)
    for key, value in right.items():
        merged[key] = union(merged[key], value) if key in merged else value
    return merged


def subtract(left: Fields, right: Fields) -> Fields:
    """`left` without what `right` names; what loses its last field goes with it."""
    rest: Fields = {}
    for key, value in left.items():
        if key not in right:
            rest[key] = value
        elif value and right[key]:
            remaining = subtract(value, right[key])
            if remaining:
                rest[key] = remaining
    return rest
