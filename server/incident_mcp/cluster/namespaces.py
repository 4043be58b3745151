"""Where a look goes: which namespaces there are, which this identity may know, and near misses for a wrong name."""

import difflib
from typing import Any

from incident_mcp.cluster.api import Api
from incident_mcp.cluster.deleted_namespaces import terminating
from incident_mcp.cluster.json_parts import part, text
from incident_mcp.cluster.kinds import KINDS, WORKLOAD_KINDS, collection, path_of
from incident_mcp.cluster.look import Look
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.errors import ClusterError, Forbidden, NotFound, ServerFailed, Throttled
from incident_mcp.vocabulary.refs import Ref, Scope

_IN_EACH = (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))
"""What the controllers of a cluster keep in every namespace: the one authority's certificate, the default account."""


async def namespaces_of(look: Look, scope: Scope, leaving: list[str] | None = None) -> list[str]:
    """The namespaces to look at; those that are being deleted are added to `leaving`, when it is given. Without the
    right to list them or what each of them has, it is the context's own.

    Raises `NotFound` with near misses when the scope's namespace is not there.
    """
    if scope.workload is not None:
        return [scope.workload.namespace or look.api.default_namespace]
    if scope.namespace is not None:
        try:
            found = await require_namespace(look.api, scope.namespace)
        except (Throttled, ServerFailed) as error:  # whether it is there, the other answers tell
            look.failed(error)
            return [scope.namespace]
        if leaving is not None and part(found, "metadata").get("deletionTimestamp"):
            leaving.append(scope.namespace)
        return [scope.namespace]
    try:
        table = await look.api.table(collection("Namespace", None))
    except Forbidden:
        return await _by_what_each_has(look)
    look.answered += 1
    if leaving is not None:
        leaving.extend(terminating(table))
    return _names_of(table)


async def _by_what_each_has(look: Look) -> list[str]:
    """Who may not list namespaces may often list what the cluster puts into each of them."""
    for kind, name in _IN_EACH:
        wanted = {"fieldSelector": f"metadata.name={name}"}
        try:
            table = await look.api.table(collection(kind, None), params=wanted, include_object="Metadata")
        except Forbidden:
            continue
        look.answered += 1
        if table.rows:
            look.miss("namespaces that are being deleted", "Forbidden: list namespaces")
            return [text(row.object or {}, "metadata", "namespace") for row in table.rows]
    look.miss("other namespaces", "Forbidden: list namespaces")
    return [look.api.default_namespace]


async def require_namespace(api: Api, name: str) -> dict[str, Any]:
    """The namespace; empty for a user who may not read namespaces. Raises `NotFound` with near misses."""
    try:
        return await api.get_json(path_of(Ref(kind="Namespace", name=name)))
    except Forbidden:
        return {}
    except NotFound as error:
        near = await _near(api, "Namespace", None, name)
        raise NotFound(
            f"{api.cluster.name} has no namespace {name}.", near or "check_health lists what is there."
        ) from error


async def no_workload(api: Api, ref: Ref) -> NotFound:
    """The error for a workload that is not there: what there is instead, nearest first."""
    if ref.namespace is not None:
        await require_namespace(api, ref.namespace)
    happened = f"{api.cluster.name} has no {ref}."
    for kind in WORKLOAD_KINDS:
        if kind != ref.kind and ref.name in await _names_or_none(api, kind, ref.namespace):
            return NotFound(happened, f"There is a {kind} of this name: use kind {kind}.")
    near = await _near(api, ref.kind, ref.namespace, ref.name)
    return NotFound(happened, near or f"Namespace {ref.namespace} has no {KINDS[ref.kind].plural} that you may see.")


async def _near(api: Api, kind: str, namespace: str | None, name: str) -> str:
    names = await _names_or_none(api, kind, namespace)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    some = ", ".join(names[:8])
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"There are: {some}{more}." if names else ""


async def _names_or_none(api: Api, kind: str, namespace: str | None) -> list[str]:
    try:
        return await _names(api, kind, namespace)
    except ClusterError:
        return []


async def _names(api: Api, kind: str, namespace: str | None) -> list[str]:
    return _names_of(await api.table(collection(kind, namespace)))


def _names_of(table: Table) -> list[str]:
    column = table.column("Name")
    return [str(row.cells[column]) for row in table.rows]
