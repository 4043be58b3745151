"""A journal of an older version is brought up to date, and what it was is kept beside it."""

import sqlite3
from pathlib import Path

import pytest

from incident_mcp.record.chain import digest
from incident_mcp.record.journal import Journal
from incident_mcp.record.schema import STEPS, VERSION
from incident_mcp.vocabulary.clock import Clock
from incident_mcp.vocabulary.plan import canonical
from tests.conftest import Ticking
from tests.record.test_journal import CLUSTER, note

OLD = 3


@pytest.fixture
def old(tmp_path: Path, clock: Clock) -> Path:
    """As version 1 wrote it: bodies without a writer, chained in the order of the file."""
    path = tmp_path / "journal.sqlite3"
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(STEPS[0])
    db.execute("PRAGMA user_version = 1")
    previous = ""
    for number in range(1, OLD + 1):
        plain = {
            "id": f"e{number}",
            "incident": "i1",
            "cluster": CLUSTER,
            "kind": "opened" if number == 1 else "note",
            "text": f"n{number}",
            "actor": {"role": "person", "name": "ada", "known_by": "OS user"},
            "happened": clock().isoformat(),
            "written": clock().isoformat(),
            "tool": None,
            "plan": None,
            "corrects": None,
            "data": {},
            "previous": previous,
        }
        body = canonical(plain)
        previous = digest(body)
        row = ("i1", CLUSTER, number, None, f"once {number}", body, previous)
        db.execute(
            "INSERT INTO entries (incident, cluster, number, plan, once, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)", row
        )
    db.execute("INSERT INTO private VALUES ('p1', 'to the letter')")
    db.close()
    return path


def test_its_entries_keep_their_ids_and_hashes_and_the_chain_goes_on(old: Path, clock: Ticking) -> None:
    journal = Journal(old, clock)
    added = journal.append("i1", CLUSTER, note("written by this version"))
    assert [entry.id for entry in journal.entries("i1")] == ["e1", "e2", "e3", "e4"]
    assert added.previous == journal.entries("i1")[OLD - 1].hash
    assert journal.verify() == []
    assert journal.incidents() == ["i1"]
    assert journal.private("p1") == b"to the letter"


def test_what_it_was_is_kept_beside_it(old: Path, clock: Ticking) -> None:
    Journal(old, clock).close()
    aside = sqlite3.connect(old.with_name("journal.sqlite3.v1"))
    assert aside.execute("SELECT count(*) FROM entries").fetchone() == (OLD,)
    assert aside.execute("PRAGMA user_version").fetchone() == (1,)
    assert old.with_name("journal.sqlite3.v1").stat().st_mode & 0o077 == 0


def test_entries_stay_append_only_afterwards(old: Path, clock: Ticking) -> None:
    Journal(old, clock).close()
    with sqlite3.connect(old) as db, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE entries SET number = 9")
    assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_two_that_open_it_at_once_bring_it_up_to_date_once(old: Path, clock: Ticking) -> None:
    first, second = Journal(old, clock), Journal(old, clock)
    assert first.writer == second.writer
    assert second.verify() == []
