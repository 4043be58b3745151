"""How a person answered a question, and through which door it came."""

from datetime import datetime
from typing import Literal

from incident_mcp.vocabulary.value import Value

Door = Literal["chat", "terminal", "console", "script"]
Said = Literal["accepted", "declined", "cancelled", "not ticked", "wrong name"]


class PersonsAnswer(Value):
    """One answer to one question, as the door reported it."""

    said: Said
    door: Door
    asked: datetime
    answered: datetime
    doubt: str = ""
    """Why the door itself can't tell whether a person saw the question; such an answer counts for nothing."""
    chosen: tuple[int, ...] = ()
    """Of several messages, the numbers (from 1) of those that were ticked; empty: the plan as a whole."""


class Outcome(Value):
    """What became of an approved plan."""

    status: Literal[
        "applied", "applied in part", "aborted", "not applied", "unknown", "carried out elsewhere",
        "sent", "sent in part", "not sent",
    ]  # fmt: skip
    """Aborted: it turned out bad, and was put back as the plan said. Sent: what came of messages."""
    text: str
    sent: datetime | None = None
    """When the write left, aware UTC; None: it never did."""
    entry: str = ""
    """The journal entry that holds it."""
    output: tuple[str, ...] = ()
    """What a command said, cleaned, masked and fenced; the first line tells how it ended."""
