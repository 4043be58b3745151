"""Server-side apply, cheaply: merge what is applied, refuse to take fields that another manager set otherwise.

Fields that this manager applied before and leaves out now are removed, as far as they are nobody else's.
"""

from __future__ import annotations

from typing import Any, cast

from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.model.errors import ApiError, bad_request
from incident_sandbox.model.objects import Object, clone, dig
from incident_sandbox.writes.field_paths import Fields, all_fields, changed_fields, subtract, union
from incident_sandbox.writes.strategic_patch import apply_strategic_patch
from incident_sandbox.writes.writer import Writer


def apply_object(writer: Writer, request: ApiRequest, body: Any) -> tuple[Object, int]:
    """The object as stored, and 201 if it is new. Raises ApiError 409 with the conflicting managers as causes."""
    if not request.query.get("fieldManager"):
        raise bad_request("fieldManager is required for apply patch")
    if not isinstance(body, dict):
        raise bad_request("error decoding YAML: not an object")
    applied = cast("Object", body)
    resource = required(request)
    author = request.author("Apply")
    namespace = request.namespace if resource.namespaced else ""
    old = writer.store.get(resource, namespace, request.name)
    if old is None:
        metadata = applied.setdefault("metadata", {})
        metadata |= {"name": request.name} | ({"namespace": namespace} if namespace else {})
        return writer.create(resource, applied, author, dry_run=request.is_dry_run), 201
    applied_only = clone({key: value for key, value in applied.items() if key not in ("status", "apiVersion", "kind")})
    merged = apply_strategic_patch(old, applied_only)
    if request.query.get("force") not in ("1", "true"):
        _refuse_conflicts(old, merged, author.manager)
    merged = _without_dropped(old, merged, applied_only, author.manager)
    new = writer.update(resource, old, merged, author, dry_run=True)
    owned = _owned_by_apply(new, applied_only, author.manager)
    if request.is_dry_run:
        return owned, 200
    return (old if owned == old else writer.store.put(resource, owned)), 200


def _refuse_conflicts(old: Object, merged: Object, manager: str) -> None:
    changed, _ = changed_fields(old, merged)
    causes: list[Object] = []
    for entry in dig(old, "metadata", "managedFields", default=[]):
        if entry["manager"] == manager and entry["operation"] == "Apply":
            continue
        both = _both(changed, entry["fieldsV1"])
        for path in _paths(both) if both else []:
            text = f'conflict with "{entry["manager"]}" using {entry["apiVersion"]}'
            causes.append({"reason": "FieldManagerConflict", "message": text, "field": path})
    if causes:
        noun = "conflict" if len(causes) == 1 else "conflicts"
        listed = "\n".join(f"- {cause['message']}: {cause['field']}" for cause in causes)
        raise ApiError(409, "Conflict", f"Apply failed with {len(causes)} {noun}: {listed}", {"causes": causes})


def _both(changed: Fields, owned: Fields) -> Fields:
    """The changed fields that are owned; to own a map is not to own what others put into it."""
    found: Fields = {}
    for key, value in changed.items():
        if key in owned and key != ".":
            inner = _both(value, owned[key])
            if inner or not value:
                found[key] = inner
    return found


def _paths(fields: Fields, prefix: str = "") -> list[str]:
    if not fields:
        return [prefix]
    found: list[str] = []
    for key, value in fields.items():
        step = f".{key[2:]}" if key.startswith("f:") else f"[{key[2:]}]"
        found += _paths(value, prefix + step)
    return found


def _without_dropped(old: Object, merged: Object, applied: Object, manager: str) -> Object:
    """Top-level map entries (labels, annotations, data) that were applied before and are left out now."""
    entries: list[Object] = dig(old, "metadata", "managedFields", default=[])
    before: Fields = {}
    others: Fields = {}
    for entry in entries:
        if entry["manager"] == manager and entry["operation"] == "Apply":
            before = entry["fieldsV1"]
        else:
            others = union(others, entry["fieldsV1"])
    dropped = subtract(subtract(before, all_fields(applied)), others)
    return cast("Object", _remove(merged, dropped))


def _remove(value: Any, fields: Fields) -> Any:
    if not isinstance(value, dict):
        return value
    rest = dict(cast("Object", value))
    for key, inner in fields.items():
        name = key[2:]
        if not key.startswith("f:") or name not in rest:
            continue
        if inner:
            rest[name] = _remove(rest[name], inner)
        else:
            del rest[name]
    return rest


def _owned_by_apply(new: Object, applied: Object, manager: str) -> Object:
    """An applier owns all that it applies, also what it did not change."""
    entries = [dict(item) for item in dig(new, "metadata", "managedFields", default=[])]
    bare = {key: value for key, value in applied.items() if key != "metadata"}
    metadata: Object = dig(applied, "metadata", default={})
    kept = {key: value for key, value in metadata.items() if key in ("labels", "annotations")}
    fields = all_fields(bare | ({"metadata": kept} if kept else {}))
    mine = next((item for item in entries if item["manager"] == manager and item["operation"] == "Apply"), None)
    if mine is None:
        return new
    mine["fieldsV1"] = fields
    return {**new, "metadata": {**new["metadata"], "managedFields": entries}}
