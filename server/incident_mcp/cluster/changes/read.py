"""All sources at once, over one window."""

from datetime import datetime
from functools import partial

from incident_mcp.cluster.changes.edits import read_edits
from incident_mcp.cluster.changes.flags import read_flags
from incident_mcp.cluster.changes.happenings import read_happenings
from incident_mcp.cluster.changes.nodes import read_nodes
from incident_mcp.cluster.changes.scalings import read_scalings
from incident_mcp.cluster.changes.secrets import read_secrets
from incident_mcp.cluster.changes.syncs import read_syncs
from incident_mcp.cluster.changes.window import Window
from incident_mcp.cluster.changes.workloads import read_workloads
from incident_mcp.cluster.look import Look, together
from incident_mcp.cluster.namespaces import namespaces_of
from incident_mcp.vocabulary.refs import Scope


async def open_window(look: Look, namespace: str | None, since: datetime) -> Window:
    """Where to ask: one namespace, the whole cluster, or, without the right to list namespaces, the context's own.

    Raises `NotFound` with near misses, `Unreachable`, `CredentialsError`.
    """
    names = await namespaces_of(look, Scope(namespace=namespace))
    whole = namespace is None and not look.forbidden("other namespaces")
    return Window(look=look, places=(None,) if whole else tuple(names), since=since, cluster_wide=whole)


async def read_changes(window: Window) -> None:
    """Fill the window. What can't be read is noted on its look."""
    sources = [read_workloads, read_scalings, read_edits, read_secrets, read_happenings, read_syncs, read_flags]
    if window.cluster_wide:
        sources.append(read_nodes)
    await together([partial(source, window) for source in sources])
    window.look.require_an_answer()
