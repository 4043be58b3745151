"""The API server as an ASGI application: who asks, may they, and which handler answers."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from incident_sandbox.access.rbac import Attributes, allowed_by, path_allowed, refusal
from incident_sandbox.access.users import ANONYMOUS, Tokens, User
from incident_sandbox.api.answers import answer, refuse
from incident_sandbox.api.audit import AuditRecord, is_recorded, record_of
from incident_sandbox.api.discovery import VERSION, Discovery
from incident_sandbox.api.evicting import serve_eviction
from incident_sandbox.api.faults import Faults
from incident_sandbox.api.hub import Hub
from incident_sandbox.api.logging import serve_log
from incident_sandbox.api.negotiation import Form, negotiate
from incident_sandbox.api.reading import read_list, read_one
from incident_sandbox.api.request import ApiRequest, locate, required
from incident_sandbox.api.reviews import serve_review
from incident_sandbox.api.scaling import serve_scale
from incident_sandbox.api.views import Views
from incident_sandbox.api.watching import Watch
from incident_sandbox.api.writing import Writes
from incident_sandbox.cluster import Cluster
from incident_sandbox.model import resources as r
from incident_sandbox.model.errors import ApiError, forbidden, method_not_allowed, no_such_path


class ApiServer:
    def __init__(self, cluster: Cluster, tokens: Tokens) -> None:
        self.cluster = cluster
        self.tokens = tokens
        self.hub = Hub(cluster.store)
        self.faults = Faults()
        self.records: list[AuditRecord] = []
        self.failures: list[Exception] = []
        """What the sandbox itself did wrong."""
        self._views = Views(cluster)
        self._writes = Writes(cluster, self._views)
        self._discovery = Discovery(has_metrics=cluster.scenario.has_metrics)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        raw = Request(scope, receive)
        request = ApiRequest(raw, ANONYMOUS, dict(parse_qsl(raw.url.query, keep_blank_values=True)))
        response = await self._respond(request)
        if response is None:
            # Hanging up without an answer: uvicorn's protocol class put its transport here.
            scope["state"]["transport"].abort()
            return
        await response(scope, receive, send)

    async def _respond(self, request: ApiRequest) -> Response | None:
        """None: no answer at all."""
        locate(request, self._discovery.known)
        fault = self.faults.take(request)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.drop == "before":
            return None
        try:
            if fault and fault.refusal:
                raise fault.refusal
            response = await self._handle(request)
        except ApiError as error:
            response = refuse(error)
        except ClientDisconnect:  # it died before its request was whole: nothing of it counts
            return None
        except Exception as error:  # a fault of the sandbox's own, not the client's; its test shall not pass
            self.failures.append(error)
            response = refuse(ApiError(500, "InternalError", f"Internal error occurred: {error!r}"))
        if is_recorded(request):
            self.records.append(record_of(request, response.status_code, self.cluster.now))
            self.hub.wake()
        return None if fault and fault.drop == "after" else response

    async def _handle(self, request: ApiRequest) -> Response:
        request.user = self._impersonated(request, self.tokens.user_of(request.raw.headers.get("authorization")))
        self.cluster.catch_up()
        if not request.is_resource:
            return self._plain_path(request)
        if not self._discovery.has(request.group, request.version):
            if self._discovery.has(request.group):
                raise no_such_path()
            return PlainTextResponse("404 page not found\n", 404)
        self._authorize(request)
        resource = required(request)
        if resource.namespaced and not request.namespace and request.verb not in ("list", "watch"):
            raise method_not_allowed()
        if request.subresource:
            return await self._subresource(request)
        if resource in r.REVIEWS:
            return await serve_review(request, self.cluster.store)
        if request.verb not in resource.verbs or (request.verb == "create" and request.name):
            raise method_not_allowed()
        return await self._object(request, negotiate(request.raw))

    async def _object(self, request: ApiRequest, form: Form) -> Response:
        match request.verb:
            case "get":
                return read_one(request, self._views, form)
            case "list":
                return read_list(request, self._views, form)
            case "watch":
                return Watch(request, self._views, self.hub, form).response()
            case "create":
                return await self._writes.create(request, form)
            case "update":
                return await self._writes.update(request, form)
            case "patch":
                return await self._writes.patch(request, form)
            case "delete":
                return await self._writes.delete(request, form)
            case _:
                return await self._writes.delete_collection(request, form)

    async def _subresource(self, request: ApiRequest) -> Response:
        if request.subresource not in required(request).subresources:
            raise no_such_path()
        match request.subresource, request.verb:
            case "log", "get":
                return serve_log(request, self.cluster, self.hub)
            case "scale", ("get" | "update" | "patch"):
                return await serve_scale(request, self.cluster, negotiate(request.raw))
            case "status", ("get" | "update" | "patch"):
                return await self._object(request, negotiate(request.raw))
            case "eviction", "create":
                return await serve_eviction(request, self.cluster)
            case _:
                raise method_not_allowed()

    def _plain_path(self, request: ApiRequest) -> Response:
        path = request.path
        if not path_allowed(request.user, path):
            message = f'forbidden: User "{request.user.name}" cannot get path "{path}"'
            raise ApiError(403, "Forbidden", message, {})
        if path.rstrip("/") == "/version":
            return answer(VERSION)
        if path.rstrip("/") in ("/healthz", "/livez", "/readyz"):
            return PlainTextResponse("ok")
        form = negotiate(request.raw)
        aggregated = form.target == "APIGroupDiscoveryList"
        found = self._discovery.answer(path, aggregated=aggregated)
        if found is None:
            return PlainTextResponse("404 page not found\n", 404)
        response = answer(found, form)
        if aggregated and found["kind"] == "APIGroupDiscoveryList":
            response.headers["content-type"] = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
        return response

    def _authorize(self, request: ApiRequest) -> None:
        wanted = Attributes(request.verb, request.group, request.full_resource, request.namespace, request.name)
        if allowed_by(self.cluster.store, request.user, wanted) is None:
            resource = request.resource or r.Resource(request.group, request.version, "", request.plural)
            raise forbidden(resource, request.name, refusal(request.user, wanted))

    def _impersonated(self, request: ApiRequest, user: User) -> User:
        """The user that the request wants to act as, which only some may."""
        name = request.raw.headers.get("impersonate-user")
        if not name:
            return user
        if allowed_by(self.cluster.store, user, Attributes("impersonate", "", "users", "", name)) is None:
            why = refusal(user, Attributes("impersonate", "", "users", "", name))
            raise forbidden(r.Resource("", "v1", "User", "users"), name, why)
        return User(name, tuple(request.raw.headers.getlist("impersonate-group")))
