"""Which kinds a cluster serves, custom ones included: asked of its own discovery when somebody names one we don't know.

Everybody may read discovery. The aggregated form answers for all groups in two requests.
"""

import difflib
from collections.abc import Iterator
from functools import partial

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.json_parts import Json, items, text
from incident_mcp.cluster.kinds import KINDS, Kind, kind_of
from incident_mcp.cluster.look import together
from incident_mcp.vocabulary.errors import NotFound

ACCEPT = "application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io,application/json"
_Served = tuple[str, Kind]
"""The group, and the kind."""


async def served_kind(api: Api, named: str) -> Kind:
    """The kind that somebody means: `pod`, `svc`, `Certificate`, `certificates.cert-manager.io`.

    Raises `NotFound` with near misses, and what the API raises.
    """
    wanted, _, group = named.strip().lower().partition(".")
    known = kind_of(wanted)
    if known is not None and group in ("", _group_of(KINDS[known])):
        return KINDS[known]
    served = await _served(api)
    fitting = [kind for its, kind in served if wanted in spellings(kind) and group in ("", its)]
    if fitting:
        return fitting[0]
    names = {spelling: kind.name for _, kind in served for spelling in spellings(kind)}
    near = dict.fromkeys(names[one] for one in difflib.get_close_matches(wanted, names, n=3))
    raise NotFound(
        f"{api.cluster.name} serves no kind {named[:60]}.",
        f"Did you mean {' or '.join(near)}?" if near else "Name it as kubectl does, for example pods.",
    )


def spellings(kind: Kind) -> tuple[str, ...]:
    return (kind.name.lower(), kind.plural, *kind.short)


def _group_of(kind: Kind) -> str:
    return kind.root.split("/")[2] if kind.root.startswith("/apis/") else ""


async def _served(api: Api) -> list[_Served]:
    found: list[_Served] = []

    async def read(root: str) -> None:
        answer = await api.get_json(root, accept=ACCEPT)
        found.extend(served for group in items(answer, "items") for served in _kinds(root, group))

    await together([partial(read, root) for root in ("/api", "/apis")])
    return found


def _kinds(root: str, group: Json) -> Iterator[_Served]:
    """Of the group's preferred version, which comes first."""
    name = text(group, "metadata", "name")
    seen: set[str] = set()
    for version in items(group, "versions"):
        for resource in items(version, "resources"):
            plural = text(resource, "resource")
            if plural in seen:
                continue
            seen.add(plural)
            path = "/".join(filter(None, (root, name, text(version, "version"))))
            yield name, _kind(path, plural, resource)


def _kind(path: str, plural: str, resource: Json) -> Kind:
    shorts = resource.get("shortNames")
    return Kind(
        name=text(resource, "responseKind", "kind"),
        root=path,
        plural=plural,
        short=(text(resource, "singularResource"), *(str(one) for one in shorts or ())),
        namespaced=text(resource, "scope") == "Namespaced",
    )
