"""Strategic merge patch: a merge patch that knows which lists are keyed, with `$patch`, `$retainKeys` and their like.

Follows k8s.io/apimachinery/pkg/util/strategicpatch for the lists named in `merge_keys`.
"""

from __future__ import annotations

from typing import Any, cast

from incident_sandbox.model.objects import clone, dig
from incident_sandbox.writes.merge_keys import is_primitive_set, merge_key

DIRECTIVE = "$patch"


def apply_strategic_patch(document: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """The patched copy; untouched parts are shared with `document`."""
    directive = patch.get(DIRECTIVE)
    if directive == "replace":
        return {key: clone(value) for key, value in patch.items() if key != DIRECTIVE}
    if directive == "delete":
        return {}
    merged = dict(document)
    if "$retainKeys" in patch:
        merged = {key: value for key, value in merged.items() if key in patch["$retainKeys"]}
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            field = key.partition("/")[2]
            merged[field] = [item for item in dig(merged, field, default=[]) if item not in value]
        elif not key.startswith("$"):
            _merge_field(merged, key, value, patch.get(f"$setElementOrder/{key}"))
    return merged


def _merge_field(merged: dict[str, Any], key: str, value: Any, order: list[Any] | None) -> None:
    current = merged.get(key)
    if value is None:
        merged.pop(key, None)
    elif isinstance(value, dict):
        patch = cast("dict[str, Any]", value)
        if patch.get(DIRECTIVE) == "delete":
            merged.pop(key, None)
        else:
            merged[key] = apply_strategic_patch(cast("dict[str, Any]", current or {}), patch)
    elif isinstance(value, list):
        before, patch_items = cast("list[Any]", current or []), cast("list[Any]", value)
        merged[key] = _ordered(key, _merge_list(key, before, patch_items), before, order or patch_items)
    else:
        merged[key] = value


def _merge_list(field: str, current: list[Any], patch: list[Any]) -> list[Any]:
    if any(item == {DIRECTIVE: "replace"} for item in patch):
        return [clone(item) for item in patch if item != {DIRECTIVE: "replace"}]
    if is_primitive_set(field):
        return [*current, *(item for item in patch if item not in current)]
    key = merge_key(field, patch)
    if not key:
        return clone(patch)
    merged = list(current)
    for item in patch:
        place = next((index for index, old in enumerate(merged) if old.get(key) == item[key]), None)
        if item.get(DIRECTIVE) == "delete":
            merged = [old for old in merged if old.get(key) != item[key]]
        elif place is None:
            merged.append(apply_strategic_patch({}, item))
        else:
            merged[place] = apply_strategic_patch(merged[place], item)
    return merged


def _ordered(field: str, merged: list[Any], before: list[Any], order: list[Any]) -> list[Any]:
    """The patch's items in its own order, among the others as they stood before: mergeSortedSlice of the original."""
    key = merge_key(field, order)
    if not key and not is_primitive_set(field):
        return merged

    def identities(items: list[Any]) -> list[Any]:
        return [item.get(key) if key else item for item in items]

    wanted, places = identities(order), identities(before)
    by_identity = dict(zip(identities(merged), merged, strict=True))
    patched = [name for name in wanted if name in by_identity]
    others = [name for name in by_identity if name not in patched]
    result: list[Any] = []
    while patched or others:
        takes_other = bool(others) and (
            not patched
            or (patched[0] in places and others[0] in places and places.index(others[0]) < places.index(patched[0]))
        )
        result.append(by_identity[(others if takes_other else patched).pop(0)])
    return result
