"""An incident written straight into a journal, as another version or another team's tool might have: nothing of it was
cleaned or masked on its way in.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from incident_mcp.record.journal import Journal
from incident_mcp.settings import Settings, load_settings
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import system_clock
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.refs import Cluster

CLUSTER = Cluster(name="prod-eu", server="https://10.0.0.1:6443", ca=None)
NAME = "2026-11-24-checkout-is-down"
ADA = Actor(role="person", name="ada", known_by="INCIDENT_USER")


def told(kind: EntryKind, text: str, **data: JsonValue) -> NewEntry:
    return NewEntry(kind=kind, text=text, actor=ADA, data=data)


def opened(title: str = "checkout is down") -> NewEntry:
    cluster: Any = CLUSTER.model_dump(mode="json")
    return told(EntryKind.OPENED, f"Incident opened: {title}", title=title, cluster=cluster, commander="ada")


def kept(home: Path, entries: Iterable[NewEntry], title: str = "checkout is down") -> Settings:
    """Settings over a journal that holds an open incident with these entries."""
    settings = load_settings(home=home, user="ada")
    write(settings, [opened(title), *entries])
    return settings


def write(settings: Settings, entries: Iterable[NewEntry]) -> None:
    journal = Journal(settings.journal, system_clock)
    journal._db.execute("PRAGMA synchronous = OFF")  # thousands of entries, and no power cut
    try:
        for new in entries:
            journal.append(NAME, CLUSTER.server, new)
    finally:
        journal.close()
