"""The `scale` subresource: how many replicas, of whatever kind."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from incident_sandbox.api.answers import answer
from incident_sandbox.api.negotiation import Form
from incident_sandbox.api.patching import content_type, patched
from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.cluster import Cluster
from incident_sandbox.model.errors import bad_request, conflict, invalid, uid_precondition
from incident_sandbox.model.label_selector import format_selector
from incident_sandbox.model.objects import Object, dig, name_of, uid_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.writes.validation import invalid_value

SCALE = Resource("autoscaling", "v1", "Scale", "scales")


def scale_of(obj: Object) -> Object:
    metadata = {field: obj["metadata"].get(field) for field in ("name", "namespace", "uid", "resourceVersion")}
    selector = format_selector(dig(obj, "spec", "selector"))
    replicas = dig(obj, "spec", "replicas", default=0)
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata | {"creationTimestamp": obj["metadata"].get("creationTimestamp")},
        "spec": {"replicas": replicas} if replicas else {},
        "status": {"replicas": dig(obj, "status", "replicas", default=0), "selector": selector},
    }


async def serve_scale(request: ApiRequest, cluster: Cluster, form: Form) -> Response:
    """get, update and patch of a Scale; a write changes nothing but the replicas."""
    kind = content_type(request) if request.verb == "patch" else ""
    body = await request.body() if request.verb != "get" else None
    old = cluster.writer.read(required(request), request.namespace, request.name)
    scale = scale_of(old)
    if request.verb == "get":
        return answer(scale, form)
    if request.verb == "patch":
        new = patched(kind, scale, body)
    elif isinstance(body, dict):
        new = cast("Object", body)
    else:
        raise bad_request("the object provided is unrecognized (must be of type Scale)")
    _check(request, old, new)
    replicas = dig(new, "spec", "replicas", default=0)
    changed = {**old, "spec": {**old["spec"], "replicas": replicas}}
    stored = cluster.writer.update(required(request), old, changed, request.author(), dry_run=request.is_dry_run)
    return answer(scale_of(stored), form)


def _check(request: ApiRequest, old: Object, new: Object) -> None:
    resource = required(request)
    version, uid = dig(new, "metadata", "resourceVersion"), dig(new, "metadata", "uid")
    if version and version != old["metadata"]["resourceVersion"]:
        raise conflict(resource, name_of(old))
    if uid and uid != uid_of(old):
        scale = Resource(resource.group, resource.version, resource.kind, f"{resource.plural}/scale")
        raise conflict(scale, name_of(old), uid_precondition(uid, uid_of(old)))
    replicas = dig(new, "spec", "replicas", default=0)
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise bad_request("json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32")
    if replicas < 0:
        why = invalid_value("spec.replicas", replicas, "must be greater than or equal to 0")
        raise invalid(SCALE, name_of(old), why)
