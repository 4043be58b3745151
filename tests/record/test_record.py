"""Incidents are what their entries add up to, and nothing that was seen before an incident opened is lost."""

from pathlib import Path

import pytest

from incident_mcp.record.journal import Journal
from incident_mcp.record.record import Record
from incident_mcp.vocabulary.actor import Actor
from incident_mcp.vocabulary.entry import EntryKind, NewEntry
from incident_mcp.vocabulary.errors import BadRequest
from incident_mcp.vocabulary.refs import Cluster
from tests.conftest import Ticking

ADA = Actor(role="person", name="ada", known_by="OS user")
HERE = Cluster(name="prod-eu", server="https://prod.example:6443")
ELSEWHERE = Cluster(name="prod-us", server="https://us.example:6443")


@pytest.fixture
def record(tmp_path: Path, clock: Ticking) -> Record:
    return Record(Journal(tmp_path / "journal.sqlite3", clock), HERE, clock)


def note(text: str) -> NewEntry:
    return NewEntry(kind=EntryKind.NOTE, text=text, actor=ADA)


async def test_what_was_seen_before_the_incident_is_adopted_once(record: Record) -> None:
    await record.append(None, note("seen early"))
    first = await record.open("checkout is down", ADA, ADA)
    second = await record.open("payments is slow", ADA, ADA)
    assert [entry.text for entry in await record.entries(first.id)] == [
        "Incident opened: checkout is down",
        "seen early",
    ]
    assert len(await record.entries(second.id)) == 1


async def test_what_was_seen_hours_ago_belongs_to_another_story(record: Record, clock: Ticking) -> None:
    await record.append(None, note("seen early"))
    clock.forward(3601)
    incident = await record.open("checkout is down", ADA, ADA)
    assert len(await record.entries(incident.id)) == 1


async def test_the_same_title_on_the_same_day_gets_a_number(record: Record) -> None:
    names = [(await record.open("Checkout is DOWN!", ADA, ADA)).id for _ in range(3)]
    assert names == [
        "2026-11-24-checkout-is-down",
        "2026-11-24-checkout-is-down-2",
        "2026-11-24-checkout-is-down-3",
    ]


async def test_two_who_open_one_at_the_same_moment_unseen_have_two(record: Record, tmp_path: Path) -> None:
    records = [
        Record(Journal(tmp_path / name / "journal.sqlite3", record.clock), HERE, record.clock, shared=True)
        for name in "ab"
    ]
    names = [(await each.open("checkout is down", ADA, ADA)).id for each in records]
    assert names[0] != names[1]
    assert all(name.startswith("2026-11-24-checkout-is-down-") for name in names)


async def test_the_only_open_incident_is_meant_when_none_is_named(record: Record) -> None:
    assert await record.current(None) is None
    opened = await record.open("checkout is down", ADA, ADA)
    assert await record.current(None) == opened
    await record.open("payments is slow", ADA, ADA)
    with pytest.raises(BadRequest, match="Several incidents are open"):
        await record.current(None)


async def test_an_incident_of_another_cluster_is_not_taken_for_ours(record: Record, clock: Ticking) -> None:
    await Record(record.store, ELSEWHERE, clock).open("checkout is down", ADA, ADA)
    assert await record.current(None) is None


async def test_an_unknown_incident_is_refused_with_the_nearest_ids(record: Record) -> None:
    await record.open("checkout is down", ADA, ADA)
    with pytest.raises(BadRequest, match="2026-11-24-checkout-is-down"):
        await record.incident("2026-11-24-checkout-is-dow")


async def test_secrets_are_masked_before_they_are_written(record: Record) -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLE"
    entry = await record.append(None, NewEntry(kind=EntryKind.NOTE, text=f"key {key}", actor=ADA, data={"why": [key]}))
    assert key not in entry.model_dump_json()
    assert key.encode() not in Path(record.store.path).read_bytes()  # type: ignore[attr-defined]
