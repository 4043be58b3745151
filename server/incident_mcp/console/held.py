"""What every page and form of the console has at hand. Wiring makes it."""

from dataclasses import dataclass

from incident_mcp.console.attempts import Attempts
from incident_mcp.console.book import Book
from incident_mcp.console.sessions import Sessions
from incident_mcp.gate.approvers import Approvers
from incident_mcp.gate.brake import Brake
from incident_mcp.gate.doors import PersonsDoor
from incident_mcp.record.journal import Journal
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.clock import Clock


@dataclass(frozen=True)
class Held:
    """One console over one state folder."""

    journal: Journal
    door: PersonsDoor
    approvers: Approvers
    brake: Brake
    person: Actor
    clock: Clock
    book: Book
    sessions: Sessions
    attempts: Attempts
    cookie: str
    """What its session is called in a browser: cookies know no ports, so the port stands in it."""
