"""A request, taken apart as the API server does: verb, resource, namespace, name, subresource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from incident_sandbox.access.users import User
from incident_sandbox.model.errors import ApiError, bad_request, invalid_options, unsupported_media_type
from incident_sandbox.model.resources import Resource
from incident_sandbox.writes.managed_fields import Author

VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch"}


@dataclass(slots=True)
class ApiRequest:
    raw: Request
    user: User
    query: Mapping[str, str]
    group: str = ""
    version: str = ""
    plural: str = ""
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    resource: Resource | None = None
    notes: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def path(self) -> str:
        return self.raw.url.path

    @property
    def is_resource(self) -> bool:
        return bool(self.plural)

    @property
    def is_watch(self) -> bool:
        return self.raw.method == "GET" and self.query.get("watch", "") in ("1", "true")

    @property
    def verb(self) -> str:
        """get, list, watch, create, update, patch, delete or deletecollection."""
        if self.raw.method in ("GET", "HEAD"):
            if self.is_watch:
                return "watch"
            return "get" if self.name or not self.is_resource else "list"
        if self.raw.method == "DELETE":
            return "delete" if self.name else "deletecollection"
        return VERBS.get(self.raw.method, self.raw.method.lower())

    @property
    def full_resource(self) -> str:
        return f"{self.plural}/{self.subresource}" if self.subresource else self.plural

    @property
    def user_agent(self) -> str:
        return self.raw.headers.get("user-agent", "")

    @property
    def is_dry_run(self) -> bool:
        """Raises ApiError 422 for another value than `All`."""
        value = self.query.get("dryRun")
        if value not in (None, "", "All"):
            kind = {"create": "CreateOptions", "update": "UpdateOptions", "patch": "PatchOptions"}
            message = f'Unsupported value: ["{value}"]: supported values: "All"'
            raise invalid_options(kind.get(self.verb, "DeleteOptions"), "FieldValueNotSupported", message, "dryRun")
        return value == "All"

    def author(self, operation: str = "Update") -> Author:
        """The field manager: the parameter, else the user agent up to the first slash."""
        manager = self.query.get("fieldManager") or self.user_agent.partition("/")[0] or "unknown"
        return Author(manager[:128], operation, self.subresource)

    async def body(self) -> Any:
        """The decoded body. Raises ApiError 400 for what cannot be read, 415 for an unknown form."""
        import msgspec

        content_type = self.raw.headers.get("content-type", "application/json").partition(";")[0].strip()
        raw = await self.raw.body()
        if "yaml" in content_type:
            import yaml

            return yaml.safe_load(raw)
        if content_type == "application/vnd.kubernetes.protobuf":
            from incident_sandbox.api.protobuf import decode_protobuf

            return decode_protobuf(raw) if raw else None
        if "json" not in content_type:
            raise unsupported_media_type()
        if not raw:
            return None
        try:
            return msgspec.json.decode(raw)
        except msgspec.DecodeError as error:
            kind = self.resource.kind if self.resource else "Object"
            why = f"couldn't get version/kind; json parse error: {error}"
            raise bad_request(f"the object provided is unrecognized (must be of type {kind}): {why}") from error


def locate(request: ApiRequest, known: Mapping[tuple[str, str, str], Resource]) -> ApiRequest:
    """Fill in what the path says. Raises LookupError for a path of no served group and version."""
    parts = [part for part in request.path.split("/") if part]
    if len(parts) < 2 or parts[0] not in ("api", "apis"):
        return request
    if parts[0] == "api":
        group, version, rest = "", parts[1], parts[2:]
    elif len(parts) >= 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return request
    request.group, request.version = group, version
    if not rest:
        return request
    if rest[0] == "namespaces" and len(rest) > 1:
        request.namespace = rest[1]
        rest = rest[2:] if len(rest) > 2 and rest[2] not in ("status", "finalize") else rest
        if rest[0] == "namespaces":
            request.namespace = rest[1]
    request.plural = rest[0]
    request.name = rest[1] if len(rest) > 1 else ""
    request.subresource = "/".join(rest[2:])
    request.resource = known.get((group, version, request.plural))
    return request


class PlainNotFound(Exception):
    """A path of no API at all: the real server answers with plain text, not with a Status."""


def required(request: ApiRequest) -> Resource:
    """Raises ApiError 404 for a resource that its group does not have."""
    if request.resource is None:
        raise ApiError(404, "NotFound", "the server could not find the requested resource", {})
    return request.resource
