"""get and list."""

from __future__ import annotations

from starlette.responses import Response

from incident_sandbox.api.answers import answer, shaped, shaped_list
from incident_sandbox.api.negotiation import Form
from incident_sandbox.api.paging import make_token, read_token
from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.api.views import Views
from incident_sandbox.model.errors import ApiError, bad_request, expired, not_found
from incident_sandbox.model.field_selector import matches_fields, parse_field_selector
from incident_sandbox.model.label_selector import matches, parse_selector
from incident_sandbox.model.objects import Object, labels_of, name_of, namespace_of
from incident_sandbox.store.store import Store


class Filter:
    """The namespace and selectors of a list or watch."""

    def __init__(self, request: ApiRequest) -> None:
        self._namespace = request.namespace if required(request).namespaced else ""
        self._labels = parse_selector(request.query.get("labelSelector", ""))
        self._fields = parse_field_selector(required(request), request.query.get("fieldSelector", ""))
        self._name = request.name

    @property
    def is_selective(self) -> bool:
        return bool(self._labels or self._fields)

    def accepts(self, obj: Object) -> bool:
        return (
            (not self._namespace or namespace_of(obj) == self._namespace)
            and (not self._name or name_of(obj) == self._name)
            and matches(self._labels, labels_of(obj))
            and matches_fields(self._fields, obj)
        )


def number(request: ApiRequest, name: str) -> int | None:
    """A numeric parameter. Raises ApiError 400, or 500 for the version of a watch."""
    text = request.query.get(name)
    if text in (None, ""):
        return None
    try:
        return int(text)
    except ValueError as error:
        if name == "resourceVersion":
            why = f'resourceVersion: Invalid value: "{text}": strconv.ParseUint: parsing "{text}": invalid syntax'
            if request.verb == "watch":
                raise ApiError(500, "", why) from error  # so says the real one
            raise bad_request(f"invalid resource version: {why}") from error
        raise bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax') from error


def key_of(obj: Object) -> str:
    return f"{namespace_of(obj)}/{name_of(obj)}" if namespace_of(obj) else name_of(obj)


def read_one(request: ApiRequest, views: Views, form: Form) -> Response:
    resource = required(request)
    found = views.get(resource, request.namespace, request.name)
    if found is None:
        raise not_found(resource, request.name)
    return answer(shaped(resource, found, form, request.query.get("includeObject"), views.now), form)


def read_list(request: ApiRequest, views: Views, form: Form) -> Response:
    resource = required(request)
    wanted = Filter(request)
    revision, start = _position(request, views.store)
    found = [obj for obj in views.at(resource, revision) if wanted.accepts(obj) and key_of(obj) > start]
    metadata: Object = {"resourceVersion": str(revision)}
    limit = number(request, "limit") or 0
    if 0 < limit < len(found):
        metadata["continue"] = make_token(revision, key_of(found[limit - 1]))
        if not wanted.is_selective:
            metadata["remainingItemCount"] = len(found) - limit
        found = found[:limit]
    return answer(shaped_list(resource, found, metadata, form, request.query.get("includeObject"), views.now), form)


def _position(request: ApiRequest, store: Store) -> tuple[int, str]:
    """The revision to list at, and the key to begin after."""
    token = request.query.get("continue")
    if token:
        return read_token(token, store)
    revision = number(request, "resourceVersion") or 0
    if revision > store.revision:
        raise too_large(revision, store.revision)
    if request.query.get("resourceVersionMatch") == "Exact":
        if not store.remembers(revision):
            raise expired(f"The resourceVersion for the provided list is too old: {revision} ({store.oldest})")
        return revision, ""
    return store.revision, ""


def too_large(revision: int, newest: int) -> ApiError:
    details: Object = {
        "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
        "retryAfterSeconds": 1,
    }
    message = f"Timeout: Too large resource version: {revision}, current: {newest}"
    return ApiError(504, "Timeout", message, details, retry_after=1)
