"""create, update, patch, delete and deletecollection, with dry run and preconditions."""

from __future__ import annotations

from typing import Any, cast

from starlette.responses import Response

from incident_sandbox.api.answers import answer, encode, shaped
from incident_sandbox.api.applying import apply_object
from incident_sandbox.api.negotiation import Form
from incident_sandbox.api.patching import APPLY, content_type, patched
from incident_sandbox.api.reading import Filter
from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.api.views import Views
from incident_sandbox.cluster import Cluster
from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import ApiError, bad_request, conflict, uid_precondition
from incident_sandbox.model.objects import Object, clone, dig, name_of, namespace_of, uid_of
from incident_sandbox.model.resources import Resource
from incident_sandbox.writes.defaults import decode
from incident_sandbox.writes.managed_fields import Author
from incident_sandbox.writes.validation import wrong_type


class Writes:
    def __init__(self, cluster: Cluster, views: Views) -> None:
        self._cluster = cluster
        self._views = views

    def _answer(self, request: ApiRequest, obj: Object, form: Form, code: int = 200) -> Response:
        shape = shaped(required(request), obj, form, request.query.get("includeObject"), self._views.now)
        return answer(shape, form, code)

    def _old(self, request: ApiRequest) -> Object:
        resource = required(request)
        return self._cluster.writer.read(resource, request.namespace if resource.namespaced else "", request.name)

    async def create(self, request: ApiRequest, form: Form) -> Response:
        resource = required(request)
        obj = _checked(resource, await request.body())
        if resource.namespaced:
            given = obj.setdefault("metadata", {}).setdefault("namespace", request.namespace)
            if given != request.namespace:
                raise bad_request(
                    "the namespace of the provided object does not match the namespace sent on the request"
                )
        _refuse_wrong_type(resource, obj)
        made = self._cluster.writer.create(
            resource, decode(resource, obj), request.author(), dry_run=request.is_dry_run
        )
        return self._answer(request, made, form, 201)

    async def update(self, request: ApiRequest, form: Form) -> Response:
        resource = required(request)
        new = _checked(resource, await request.body())
        given = name_of(new)
        if given != request.name:
            raise bad_request(f"the name of the object ({given}) does not match the name on the URL ({request.name})")
        _refuse_wrong_type(resource, new)
        old = self._old(request)
        uid = dig(new, "metadata", "uid")
        if uid and uid != uid_of(old):
            raise conflict(resource, request.name, _storage_error(request, uid_precondition(uid, uid_of(old))))
        if resource.namespaced:
            new["metadata"].setdefault("namespace", request.namespace)
        return self._answer(request, self._store(request, old, new), form)

    async def patch(self, request: ApiRequest, form: Form) -> Response:
        kind = content_type(request)
        body = await request.body()
        if kind == APPLY:
            applied, code = apply_object(self._cluster.writer, request, body)
            return self._answer(request, applied, form, code)
        old = self._old(request)
        new = patched(kind, old, body)
        _refuse_bad_patch(request, new)
        return self._answer(request, self._store(request, old, new), form)

    def _store(self, request: ApiRequest, old: Object, new: Object) -> Object:
        new = decode(required(request), clone(new))
        return self._cluster.writer.update(required(request), old, new, request.author(), dry_run=request.is_dry_run)

    async def delete(self, request: ApiRequest, form: Form) -> Response:
        resource = required(request)
        options = await _delete_options(request)
        old = self._old(request)
        check_preconditions(resource, old, options.get("preconditions") or {})
        gone = self._delete(request, resource, old, options)
        if resource is r.PODS or dig(gone, "metadata", "deletionTimestamp"):
            return self._answer(request, gone, form)
        return answer(_success(resource, old), form)

    async def delete_collection(self, request: ApiRequest, form: Form) -> Response:
        resource = required(request)
        options = await _delete_options(request)
        wanted = Filter(request)
        found = [obj for obj in self._views.at(resource, self._cluster.store.revision) if wanted.accepts(obj)]
        gone = [self._delete(request, resource, obj, options) for obj in found]
        metadata = {"resourceVersion": str(self._cluster.store.revision)}
        kind = f"{resource.kind}List"
        return answer({"kind": kind, "apiVersion": resource.api_version, "metadata": metadata, "items": gone}, form)

    def _delete(self, request: ApiRequest, resource: Resource, obj: Object, options: Object) -> Object:
        dry_run = options.get("dryRun") == ["All"]
        request.notes["dry_run"] = dry_run
        if options.get("propagationPolicy") == "Orphan" and not dry_run:
            self._orphan(obj)
        return self._cluster.writer.delete(resource, obj, grace=_grace(resource, obj, options), dry_run=dry_run)

    def _orphan(self, owner: Object) -> None:
        """Dependents lose the reference, so that the garbage collector leaves them."""
        for resource in (r.REPLICA_SETS, r.PODS, r.REVISIONS, r.ENDPOINT_SLICES):
            for obj in self._cluster.store.each(resource, namespace_of(owner)):
                owners: list[Object] = dig(obj, "metadata", "ownerReferences", default=[])
                kept = [item for item in owners if item["uid"] != uid_of(owner)]
                if len(kept) != len(owners):
                    orphan = {**obj, "metadata": {**obj["metadata"], "ownerReferences": kept}}
                    self._cluster.writer.update(resource, obj, orphan, Author("kube-controller-manager"))


def _checked(resource: Resource, body: Any) -> Object:
    """The object of a request. Raises ApiError 400 for another kind than the path's."""
    if not isinstance(body, dict):
        raise bad_request(f"the object provided is unrecognized (must be of type {resource.kind})")
    obj = cast("Object", body)
    kind, version = obj.get("kind", resource.kind), obj.get("apiVersion", resource.api_version)
    if (kind, version) != (resource.kind, resource.api_version):
        group = (resource.group or "core").partition(".")[0]
        why = f"converting ({version}.{kind}) to ({group}.{resource.kind}): unknown conversion"
        raise bad_request(f'{kind} in version "{version}" cannot be handled as a {resource.kind}: {why}')
    return obj


async def _delete_options(request: ApiRequest) -> Object:
    """From the body; the query counts only where there is no body, a `dryRun` in it too."""
    body: Object | None = await request.body()
    if body:
        return body
    options: Object = {key: value for key, value in request.query.items() if key != "dryRun"}
    return options | ({"dryRun": ["All"]} if request.is_dry_run else {})


def _grace(resource: Resource, obj: Object, options: Object) -> int:
    """Seconds that a running pod gets; everything else goes at once."""
    if resource is not r.PODS or not dig(obj, "spec", "nodeName"):
        return 0
    asked = options.get("gracePeriodSeconds")
    return int(asked) if asked is not None else dig(obj, "spec", "terminationGracePeriodSeconds", default=30)


def _refuse_wrong_type(resource: Resource, obj: Object) -> None:
    why = wrong_type(resource, obj)
    if why:
        raise bad_request(
            f'{resource.kind} in version "{resource.version}" cannot be handled as a {resource.kind}: {why}'
        )


def _refuse_bad_patch(request: ApiRequest, new: Object) -> None:
    """A patch's result that is no such object is invalid (422) in itself; another name is a bad request (400)."""
    why = wrong_type(required(request), new)
    if why:
        shown = encode(encode(new).decode()).decode()
        message = f"Invalid value: {shown}: {why}"
        details = {"causes": [{"reason": "FieldValueInvalid", "message": message, "field": "patch"}]}
        raise ApiError(422, "Invalid", f' "" is invalid: patch: {message}', details)
    if name_of(new) != request.name:
        raise bad_request(
            f"the name of the object ({name_of(new)}) does not match the name on the URL ({request.name})"
        )


def _storage_error(request: ApiRequest, why: str) -> str:
    key = f"/registry/{request.plural}/{request.namespace}/{request.name}"
    return f"StorageError: invalid object, Code: 4, Key: {key}, ResourceVersion: 0, AdditionalErrorMsg: {why}"


def check_preconditions(resource: Resource, obj: Object, preconditions: Object) -> None:
    """Raises ApiError 409; these messages name the kind, not the resource."""
    outcomes = (
        ("uid", "UID", "The object might have been deleted and then recreated"),
        ("resourceVersion", "ResourceVersion", "The object might have been modified"),
    )
    for field, what, perhaps in outcomes:
        wanted, found = preconditions.get(field), obj["metadata"].get(field)
        if wanted is not None and wanted != found:
            kind = Resource(resource.group, resource.version, resource.kind, resource.kind)
            why = f"the {what} in the precondition ({wanted}) does not match the {what} in record ({found}). {perhaps}"
            raise conflict(kind, name_of(obj), why)


def _success(resource: Resource, obj: Object) -> Object:
    details: Object = {"name": name_of(obj)} | ({"group": resource.group} if resource.group else {})
    details |= {"kind": resource.plural, "uid": uid_of(obj)}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
