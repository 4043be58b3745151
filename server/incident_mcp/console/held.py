"""What every page and form of the console has at hand. Wiring makes it, over a state folder or over an executor."""

from dataclasses import dataclass

from incident_mcp.console.book import Book
from incident_mcp.console.sessions import Sessions
from incident_mcp.console.source import Source
from incident_mcp.gate.attempts import Attempts
from incident_mcp.gate.doors import Door
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock


@dataclass(frozen=True)
class Held:
    """One console over one state folder."""

    journal: Journal
    door: Door
    source: Source
    person: Actor
    clock: Clock
    book: Book
    sessions: Sessions
    attempts: Attempts
    cookie: str
    """What its session is called in a browser: cookies know no ports, so the port stands in it."""
