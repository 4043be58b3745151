"""What form of answer the client accepts: the object, its metadata, or a table; JSON or YAML."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from incident_sandbox.model.errors import not_acceptable


@dataclass(frozen=True, slots=True)
class Form:
    media: str = "application/json"
    target: str = ""
    """`Table`, `PartialObjectMetadata`, `PartialObjectMetadataList`, `APIGroupDiscoveryList`, or nothing special."""

    @property
    def is_table(self) -> bool:
        return self.target == "Table"

    @property
    def is_partial(self) -> bool:
        return self.target.startswith("PartialObjectMetadata")


def negotiate(request: Request) -> Form:
    """The first form of the Accept header that can be served. Raises ApiError 406 if there is none."""
    header = request.headers.get("accept") or "*/*"
    for option in header.split(","):
        media, *parameters = (part.strip() for part in option.split(";"))
        found = dict(part.split("=", 1) for part in parameters if "=" in part)
        if media not in ("application/json", "application/yaml", "*/*", "application/*"):
            continue
        target, group, version = found.get("as", ""), found.get("g", ""), found.get("v", "")
        if target and (group, version) not in (("meta.k8s.io", "v1"), ("apidiscovery.k8s.io", "v2")):
            continue
        return Form("application/yaml" if media.endswith("yaml") else "application/json", target)
    raise not_acceptable()
