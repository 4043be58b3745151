"""One object of any kind, or the server's own table of several: bounded, and of a Secret the metadata only."""

import difflib
from typing import Any

import msgspec

from incident_mcp.cluster import tables
from incident_mcp.cluster.api import Api
from incident_mcp.cluster.calls import Params
from incident_mcp.cluster.config_refs import METADATA
from incident_mcp.cluster.kinds import Kind, checked_name
from incident_mcp.cluster.tables import Table
from incident_mcp.vocabulary.errors import ClusterError, NotFound, ServerFailed

ROWS = 40
"""Rows of a table that are asked for."""


def place_of(kind: Kind, namespace: str | None) -> str:
    """The path of a kind's list."""
    where = f"/namespaces/{checked_name(namespace)}" if kind.namespaced and namespace else ""
    return f"{kind.root}{where}/{kind.plural}"


async def read_one(api: Api, kind: Kind, namespace: str | None, name: str) -> dict[str, Any]:
    """Raises `NotFound` with near misses, `Forbidden`, and what else the API raises."""
    try:
        return await api.get_json(
            f"{place_of(kind, namespace)}/{checked_name(name)}", accept=METADATA if kind.name == "Secret" else None
        )
    except NotFound as error:
        raise await _missing(api, kind, namespace, name) from error


async def read_table(api: Api, kind: Kind, namespace: str | None, selector: str) -> Table:
    """The first rows, as the server prints them. Raises what the API raises, and `ServerFailed`."""
    params: Params = {"limit": ROWS, "includeObject": "None"} | ({"labelSelector": selector} if selector else {})
    body = await api.get(place_of(kind, namespace), params=params, accept=tables.ACCEPT)
    try:
        return tables.decode(body)
    except msgspec.MsgspecError as error:
        raise ServerFailed(f"The answer of {api.cluster.name} is not a table.") from error


async def _missing(api: Api, kind: Kind, namespace: str | None, name: str) -> NotFound:
    where = f" in namespace {namespace}" if namespace and kind.namespaced else ""
    happened = f"{api.cluster.name} has no {kind.name} {name[:80]}{where}."
    try:
        table = await read_table(api, kind, namespace, "")
    except ClusterError:
        return NotFound(happened, "Its list could not be read either.")
    column = max(table.column("Name"), 0)
    names = [str(row.cells[column]) for row in table.rows]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    some = f"There are: {', '.join(names[:8])}." if names else f"There is no {kind.name}{where}."
    return NotFound(happened, f"Did you mean {' or '.join(near)}?" if near else some)
