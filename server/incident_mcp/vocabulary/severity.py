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
    """What a severity means: description, time to answer (None: next business day), escalation.

    `update_every` is how often the others are told where it stands (None: when there is something to say).
    """

    description: str
    response: timedelta | None
    response_words: str
    escalation: str
    update_every: timedelta | None


LEVELS: dict[Severity, Level] = {
    Severity.SEV_1: Level(
        description="Complete outage",
        response=timedelta(),
        response_words="immediately",
        escalation="All hands",
        update_every=timedelta(minutes=10),
    ),
    Severity.SEV_2: Level(
        description="Major degradation",
        response=timedelta(minutes=15),
        response_words="within 15 min",
        escalation="On-call team",
        update_every=timedelta(minutes=15),
    ),
    Severity.SEV_3: Level(
        description="Minor impact",
        response=timedelta(hours=1),
        response_words="within 1 hour",
        escalation="Primary on-call",
        update_every=timedelta(hours=1),
    ),
    Severity.SEV_4: Level(
        description="No user impact",
        response=None,
        response_words="on the next business day",
        escalation="During work hours",
        update_every=None,
    ),
}
