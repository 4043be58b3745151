"""JSON Merge Patch (RFC 7396): maps merge, null removes, everything else replaces."""

from __future__ import annotations

from typing import Any, cast

from incident_sandbox.model.objects import clone


def apply_merge_patch(document: Any, patch: Any) -> Any:
    """The patched copy; untouched parts are shared with `document`."""
    if not isinstance(patch, dict):
        return clone(patch)
    merged: dict[str, Any] = dict(cast("dict[str, Any]", document)) if isinstance(document, dict) else {}
    for key, value in cast("dict[str, Any]", patch).items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = apply_merge_patch(merged.get(key), value)
    return merged
