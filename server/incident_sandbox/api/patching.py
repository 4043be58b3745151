"""The kinds of patches, by their content type."""

from __future__ import annotations

from typing import Any, cast

from incident_sandbox.api.request import ApiRequest
from incident_sandbox.model.errors import bad_request, no_patch, rejected
from incident_sandbox.model.objects import Object
from incident_sandbox.writes.json_patch import PatchFailed, apply_json_patch
from incident_sandbox.writes.merge_patch import apply_merge_patch
from incident_sandbox.writes.strategic_patch import apply_strategic_patch

JSON, MERGE = "application/json-patch+json", "application/merge-patch+json"
STRATEGIC, APPLY = "application/strategic-merge-patch+json", "application/apply-patch+yaml"


def content_type(request: ApiRequest) -> str:
    """Raises ApiError 415 for a body that is none of the four kinds of patches."""
    kind = request.raw.headers.get("content-type", "").partition(";")[0].strip()
    if kind not in (JSON, MERGE, STRATEGIC, APPLY):
        raise no_patch()
    return kind


def patched(kind: str, obj: Object, patch: Any) -> Object:
    """The object after the patch. Raises ApiError 422 where it does not apply, 400 where it is no patch at all."""
    if kind == JSON:
        if not isinstance(patch, list):
            why = "json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp"
            raise bad_request(f"error decoding patch: {why}")
        try:
            result = apply_json_patch(obj, cast("list[Any]", patch))
        except PatchFailed as error:
            raise rejected() from error
        if not isinstance(result, dict):
            raise rejected()
        return cast("Object", result)
    if not isinstance(patch, dict):
        raise bad_request("invalid JSON Patch")
    if kind == MERGE:
        return cast("Object", apply_merge_patch(obj, patch))
    return apply_strategic_patch(obj, cast("Object", patch))
