"""The time to answer: it runs from the opening, and is kept by the first thing that a person decides."""

from datetime import timedelta

import pytest

from incident_mcp.assess.response import response_words
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import Entry, EntryKind
from incident_mcp.vocabulary.severity import Severity
from tests.investigate.observations import NOW


def entry(kind: EntryKind, minutes: float, **data: str | bool) -> Entry:
    at = NOW + timedelta(minutes=minutes)
    return Entry(
        id="e1",
        incident="i",
        cluster="https://c",
        kind=kind,
        text="x",
        actor=Actor(role="person", name="ada", known_by="settings file"),
        happened=at,
        written=at,
        data={**data},
        previous="",
        hash="",
    )


OPENED = entry(EntryKind.OPENED, 0)


@pytest.mark.parametrize(
    ("severity", "minutes", "entries", "words"),
    [
        ("SEV-2", 3, [OPENED], "due by 02:29:03 UTC, in 12 min"),
        ("SEV-2", 20, [OPENED], "overdue since 02:29:03 UTC"),
        ("SEV-2", 20, [OPENED, entry(EntryKind.SEVERITY, 1, proposed=True)], "overdue since 02:29:03 UTC"),
        ("SEV-2", 20, [OPENED, entry(EntryKind.SEVERITY, 2)], "answered after 120 s, in time"),
        ("SEV-2", 20, [OPENED, entry(EntryKind.STATUS, 17, status="acknowledged")], "answered after 17 min, late"),
        ("SEV-1", 1, [OPENED, entry(EntryKind.DECISION, 0.5)], "answered after 30 s, in time"),
        ("SEV-4", 20, [OPENED], ""),
        ("SEV-2", 3, [], ""),
    ],
)
def test_it_is_due_overdue_or_answered(severity: str, minutes: float, entries: list[Entry], words: str) -> None:
    assert response_words(entries, Severity(severity), NOW + timedelta(minutes=minutes)) == words
