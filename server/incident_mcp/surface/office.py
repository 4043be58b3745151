"""Where tools get their desk. The server must list its tools even when there is no cluster to speak to, so connecting
may fail later, in words, at each call; and a sandbox may still be starting when the tools are listed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from incident_mcp.vocabulary.value import Value
from incident_mcp.workflow.desk import Desk


@dataclass(frozen=True)
class ActionShape:
    """What the surface needs to know of a planned change to offer it: no cluster behind it."""

    name: str
    title: str
    description: str
    arguments: type[Value]


@dataclass(frozen=True)
class Office:
    """How to reach the desk, and which changes exist. `writing` says whether mutating tools are listed."""

    desk: Callable[[], Awaitable[Desk]]
    """Raises an `IncidentError` while there is no usable cluster or record."""
    actions: tuple[ActionShape, ...]
    writing: bool
    chat_closed: Callable[[], str]
    """Why the chat is no door just now; empty: it is one. Asked before each question and each write."""
    patience: timedelta | None = None
    """How long the client waits for a person; None: as long as it takes."""
