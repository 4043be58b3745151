"""One request to the API server, as we mean it, and what its path says about it.

The path is checked here, below every caller: a name that came from a model can't climb out of its collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from incident_mcp.vocabulary.errors import BadRequest

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Params = Mapping[str, str | int | tuple[str, ...]]
"""A tuple stands for a key that is said several times."""

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"

_VERBS = {"POST": "create", "PATCH": "patch", "DELETE": "delete"}
_RESOURCE = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/[^/]+"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/.))?"
    r"/(?P<resource>[^/]+)(?:/(?P<name>[^/]+)(?:/(?P<subresource>[^/]+)(/.*)?)?)?"
)


@dataclass(frozen=True, slots=True)
class Call:
    """Method, path, query, headers and body. A call that is not a GET mutates."""

    method: Method
    path: str
    params: Params
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = ""

    @property
    def mutates(self) -> bool:
        return self.method != "GET"

    @property
    def target(self) -> str:
        """Path and query, quoted, to be put behind the server's URL. It may end in a slash, as a proxy's root does.

        Raises BadRequest when the path is not one plain path below the server's root.
        """
        parts = self.path[1:].removesuffix("/").split("/")
        if not self.path.startswith("/") or any(part in ("", ".", "..") for part in parts):
            raise BadRequest(f"{self.path!r} is not a path of the Kubernetes API.", "Check the object's name.")
        query = urlencode(self.params, doseq=True)
        return quote(self.path, safe="/:~@") + (f"?{query}" if query else "")

    @property
    def verb(self) -> str:
        """The verb that RBAC asks for, as far as method and path tell."""
        if self.mutates:
            return _VERBS[self.method]
        if "watch" in self.params:
            return "watch"
        found = _RESOURCE.fullmatch(self.path)
        return "get" if found is None or found["name"] else "list"

    @property
    def resource(self) -> str:
        """`deployments.apps` or `pods/log`, as RBAC writes it; the path itself where it names no resource."""
        found = _RESOURCE.fullmatch(self.path)
        if found is None:
            return self.path
        group = f".{found['group']}" if found["group"] else ""
        return f"{found['resource']}{group}" + (f"/{found['subresource']}" if found["subresource"] else "")

    @property
    def object(self) -> str:
        """What the call is about, for an error's sentence: `deployments.apps checkout in namespace shop`."""
        found = _RESOURCE.fullmatch(self.path)
        if found is None:
            return self.path
        name = f" {found['name']}" if found["name"] else ""
        where = f" in namespace {found['namespace']}" if found["namespace"] else ""
        return f"{self.resource}{name}{where}"
