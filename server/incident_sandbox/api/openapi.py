"""Just enough OpenAPI v3 for `kubectl apply` and `create -f`, which look whether patches take `fieldValidation`."""

from __future__ import annotations

from incident_sandbox.model.objects import Object
from incident_sandbox.model.resources import Resource

_PARAMETERS = [
    {"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": True}}
    for name in ("dryRun", "fieldManager", "fieldValidation", "force")
]


def openapi_index(resources: list[Resource]) -> Object:
    places = sorted({_place(item) for item in resources})
    return {"paths": {place: {"serverRelativeURL": f"/openapi/v3/{place}?hash=sandbox"} for place in places}}


def openapi_document(resources: list[Resource], place: str) -> Object | None:
    """The document of one group and version, or None for a place that is not in the index."""
    mine = [item for item in resources if _place(item) == place]
    if not mine:
        return None
    paths = {f"/{place}/{item.plural}/{{name}}": {"patch": _patch(item)} for item in mine}
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.37.2"}, "paths": paths, "components": {}}


def _place(item: Resource) -> str:
    return f"apis/{item.group}/{item.version}" if item.group else f"api/{item.version}"


def _patch(item: Resource) -> Object:
    kind = {"group": item.group, "version": item.version, "kind": item.kind}
    responses = {"200": {"description": "OK"}}
    return {"parameters": _PARAMETERS, "responses": responses, "x-kubernetes-group-version-kind": kind}
