"""Access reviews: what a user may do, asked as an object that is answered and not stored."""

from __future__ import annotations

from starlette.responses import Response

from incident_sandbox.access.rbac import Attributes, allowed_by, path_allowed, path_rules_of, rules_of
from incident_sandbox.access.users import User
from incident_sandbox.api.answers import answer
from incident_sandbox.api.request import ApiRequest, required
from incident_sandbox.model import resources as r
from incident_sandbox.model.objects import Object, dig
from incident_sandbox.store.store import Store


async def serve_review(request: ApiRequest, store: Store) -> Response:
    body: Object = await request.body() or {}
    resource = required(request)
    spec: Object = body.get("spec") or {}
    head: Object = {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": {}}
    if resource is r.SELF_REVIEWS:
        info = {"username": request.user.name, "groups": list(request.user.all_groups)}
        return answer(head | {"status": {"userInfo": info}}, code=201)
    if resource is r.RULES_REVIEWS:
        return answer(head | {"spec": {}, "status": _rules(store, request.user, spec)}, code=201)
    user = request.user
    if resource is r.SUBJECT_REVIEWS:
        user = User(spec.get("user", ""), tuple(spec.get("groups") or ()))
    return answer(head | {"spec": spec, "status": _access(store, user, spec)}, code=201)


def _access(store: Store, user: User, spec: Object) -> Object:
    path = dig(spec, "nonResourceAttributes", "path")
    if path is not None:
        return {"allowed": path_allowed(user, path)}
    asked: Object = spec.get("resourceAttributes") or {}
    subresource = asked.get("subresource")
    full = f"{asked.get('resource', '')}/{subresource}" if subresource else asked.get("resource", "")
    wanted = Attributes(
        asked.get("verb", ""), asked.get("group", ""), full, asked.get("namespace", ""), asked.get("name", "")
    )
    why = allowed_by(store, user, wanted)
    if why is None:
        return {"allowed": False}
    return {"allowed": True} | ({"reason": why} if why else {})


def _rules(store: Store, user: User, spec: Object) -> Object:
    return {
        "resourceRules": rules_of(store, user, spec.get("namespace", "")),
        "nonResourceRules": path_rules_of(user),
        "incomplete": False,
    }
