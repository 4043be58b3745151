"""Answers: objects, lists and refusals as HTTP responses."""

from __future__ import annotations

from datetime import datetime

import msgspec
from starlette.responses import Response

from incident_sandbox.api.negotiation import Form
from incident_sandbox.model.errors import ApiError, bad_request
from incident_sandbox.model.objects import Object
from incident_sandbox.model.resources import Resource
from incident_sandbox.tables.render import partial_object, render_table

_encode = msgspec.json.Encoder().encode


def encode(value: object) -> bytes:
    return _encode(value)


def answer(value: Object, form: Form | None = None, code: int = 200) -> Response:
    if form and form.media == "application/yaml":
        import yaml

        text = yaml.safe_dump(value, sort_keys=True, allow_unicode=True)
        return Response(text, code, media_type="application/yaml")
    return Response(encode(value) + b"\n", code, media_type="application/json")


def refuse(error: ApiError) -> Response:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else None
    return Response(encode(error.status()) + b"\n", error.code, headers, "application/json")


def included(query_value: str | None) -> str:
    """What the rows of a table carry. Raises ApiError 400 for an unknown choice."""
    value = query_value or "Metadata"
    if value not in ("None", "Metadata", "Object"):
        why = f"includeObject: Invalid value: \"{value}\": must be 'Metadata', 'Object', 'None', or empty"
        raise bad_request(f"Unable to convert to Table as requested: {why}")
    return value


def shaped(resource: Resource, obj: Object, form: Form, include: str | None, now: datetime) -> Object:
    """One object in the form asked for."""
    if form.is_table:
        metadata = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
        return render_table(resource, [obj], metadata, now, include=included(include))
    return partial_object(obj) if form.is_partial else obj


def shaped_list(
    resource: Resource, objects: list[Object], metadata: Object, form: Form, include: str | None, now: datetime
) -> Object:
    """A list in the form asked for; items carry no kind of their own, as in the real server's lists."""
    if form.is_table:
        return render_table(resource, objects, metadata, now, include=included(include))
    if form.is_partial:
        items = [partial_object(obj) for obj in objects]
        return {
            "kind": "PartialObjectMetadataList",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": metadata,
            "items": items,
        }
    bare = [{key: value for key, value in obj.items() if key not in ("kind", "apiVersion")} for obj in objects]
    return {"kind": f"{resource.kind}List", "apiVersion": resource.api_version, "metadata": metadata, "items": bare}
