"""Secrets by their metadata: which were edited, and the Helm releases among them, whose labels carry the status."""

from datetime import datetime

from incident_mcp.cluster.changes.edits import edit_of
from incident_mcp.cluster.changes.metadata import Known
from incident_mcp.cluster.changes.window import Window
from incident_mcp.vocabulary.change import ChangeSeen
from incident_mcp.vocabulary.refs import Ref

_RELEASE = ("name", "status", "version")


async def read_secrets(window: Window) -> None:
    """Not allowed is common and right: then neither edits of Secrets nor Helm releases are known."""
    things = await window.known("Secrets and Helm releases", "Secret")
    window.add(change for thing in things if (change := _change(thing, window.since)))


def _change(thing: Known, since: datetime) -> ChangeSeen | None:
    return _release(thing) if thing.labels.get("owner") == "helm" else edit_of(thing, "configuration", since)


def _release(thing: Known) -> ChangeSeen | None:
    """`revision 12 deployed`. A release's Secret is made when it starts, and its labels follow what becomes of it."""
    name, status, version = (thing.labels.get(label, "") for label in _RELEASE)
    if not name or thing.created is None:
        return None
    target = Ref(kind="HelmRelease", namespace=thing.ref.namespace, name=name)
    return ChangeSeen(
        target=target, at=thing.created, kind="release", text=f"revision {version} {status}", manager="helm"
    )
