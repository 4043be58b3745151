"""How bad it is: the four levels of `prompts/severity.md`, with the time to answer and whom to wake."""

from datetime import timedelta
from enum import StrEnum

from incident_mcp.vocabulary.value import Value


class Severity(StrEnum):
    """SEV-1 is the worst."""

    SEV_1 = "SEV-1"
    SEV_2 = "SEV-2"
    SEV_3 = "SEV-3"
    SEV_4 = "SEV-4"


class Level(Value):
    """What a severity means: description, time to answer (None: next business day), escalation."""

    description: str
    response: timedelta | None
    response_words: str
    escalation: str


LEVELS: dict[Severity, Level] = {
    Severity.SEV_1: Level(
        description="Complete outage", response=timedelta(), response_words="immediately", escalation="All hands"
    ),
    Severity.SEV_2: Level(
        description="Major degradation",
        response=timedelta(minutes=15),
        response_words="within 15 min",
        escalation="On-call team",
    ),
    Severity.SEV_3: Level(
        description="Minor impact",
        response=timedelta(hours=1),
        response_words="within 1 hour",
        escalation="Primary on-call",
    ),
    Severity.SEV_4: Level(
        description="No user impact",
        response=None,
        response_words="on the next business day",
        escalation="During work hours",
    ),
}
